package main

import (
	"os"

	"github.com/spf13/cobra"

	"recourse/evidence/originals/decode"
	"recourse/evidence/originals/sandbox"
)

// decodeCommandName is the hidden command of the child processes that read files.
const decodeCommandName = "decode-files"

func decodeCommand() *cobra.Command {
	return &cobra.Command{
		Use: decodeCommandName, Hidden: true, Args: cobra.NoArgs,
		Short: "Read evidence files for the process that starts this one",
		RunE:  func(cmd *cobra.Command, _ []string) error { return sandbox.Serve(cmd.Context(), decode.Jobs()) },
	}
}

// newDecodePool returns the pool of child processes, which run this program.
func newDecodePool() (*sandbox.Pool, error) {
	program, err := os.Executable()
	if err != nil {
		return nil, err
	}
	return sandbox.NewPool([]string{program, decodeCommandName}, 0), nil
}
