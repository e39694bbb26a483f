package main

import (
	"github.com/spf13/cobra"

	"recourse/casework"
	"recourse/playbook"
)

// preventCommand answers as POST /api/v1/preventions does. It needs no database:
// the playbook alone answers.
func preventCommand() *cobra.Command {
	return &cobra.Command{
		Use: "prevent < SEND.json", Short: "Say what to look at before money is sent; stores nothing", Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			facts, err := readFacts[playbook.SendFacts](cmd.InOrStdin())
			if err != nil {
				return err
			}
			shelf, err := playbook.Load()
			if err != nil {
				return err
			}
			at, book := now(), shelf.Current()
			if err := casework.CheckSend(book, facts, at); err != nil {
				return err
			}
			return printJSON(cmd.OutOrStdout(), book.Prevent(facts, at))
		},
	}
}
