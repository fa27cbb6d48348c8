// Runs a command and prints, as JSON, how long it took and the most memory it held.
//
// Written in Go because Node cannot wait for a child with its resource usage, and because Linux counts the memory of the
// process that starts a command as the command's own: a Go program is smaller than anything measured here.
package main

import (
	"bytes"
	"encoding/json"
	"os"
	"os/exec"
	"syscall"
	"time"
)

func main() {
	var words bytes.Buffer
	command := exec.Command(os.Args[1], os.Args[2:]...)
	command.Stderr = &words
	start := time.Now()
	err := command.Run()
	elapsed := time.Since(start)
	if command.ProcessState == nil {
		os.Stderr.WriteString(err.Error() + "\n")
		os.Exit(127)
	}
	usage := command.ProcessState.SysUsage().(*syscall.Rusage)
	json.NewEncoder(os.Stdout).Encode(map[string]any{
		"milliseconds": float64(elapsed.Microseconds()) / 1000,
		"megabytes":    float64(usage.Maxrss) * 1024 / 1e6,
		"code":         command.ProcessState.ExitCode(),
		"stderr":       words.String(),
	})
}
