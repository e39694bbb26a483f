// Command recourse is the only binary of Recourse; its subcommands are the roles of
// a process. It connects the other packages and contains no rules. Nothing imports
// it.
package main

import (
	"context"
	"fmt"
	"os"
	"os/signal"
	"syscall"

	"github.com/spf13/cobra"
)

// version is set by the linker for a release.
var version = "0.1.0-dev"

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	err := newRootCommand().ExecuteContext(ctx)
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, "recourse: "+err.Error())
		os.Exit(1)
	}
}

func newRootCommand() *cobra.Command {
	command := &cobra.Command{
		Use:           "recourse",
		Short:         "The case desk for money sent by mistake in red packets and transfers",
		Version:       version,
		SilenceUsage:  true,
		SilenceErrors: true,
	}
	command.AddCommand(
		allCommand(), serveCommand(), workCommand(), migrateCommand(), verifyCommand(), dossierCommand(),
		replayCommand(), userCommand(), tokenCommand(), playbookCommand(), assessCommand(), preventCommand(), keyCommand(), decodeCommand(), retryCommand(), doctorCommand(),
	)
	return command
}
