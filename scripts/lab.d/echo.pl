# Tells every caller the pod's name: over TCP as a line, over UDP before what it was sent. echo.pl PORT
use strict;
use warnings;
use Socket qw(:all);

my $name = $ENV{POD_NAME} // 'nobody';
my $port = shift;
$SIG{TERM} = sub { exit 0 };
$SIG{PIPE} = 'IGNORE';

# One socket for both families.
sub bound {
    my ($type) = @_;
    socket(my $socket, AF_INET6, $type, 0) or die "socket: $!";
    setsockopt($socket, SOL_SOCKET, SO_REUSEADDR, 1) or die "setsockopt: $!";
    setsockopt($socket, IPPROTO_IPV6, IPV6_V6ONLY, 0) or die "setsockopt: $!";
    bind($socket, pack_sockaddr_in6($port, Socket::IN6ADDR_ANY)) or die "bind: $!";
    return $socket;
}

my $udp = bound(SOCK_DGRAM);
my $tcp = bound(SOCK_STREAM);
listen($tcp, 128) or die "listen: $!";
while (1) {
    my $ready = '';
    vec($ready, fileno($_), 1) = 1 for $udp, $tcp;
    next if select($ready, undef, undef, undef) < 1;
    if (vec($ready, fileno($udp), 1) && defined(my $from = recv($udp, my $text, 1500, 0))) {
        send($udp, "$name $text", 0, $from);
    }
    if (vec($ready, fileno($tcp), 1) && accept(my $caller, $tcp)) {
        syswrite($caller, "$name\n");
        close($caller);
    }
}
