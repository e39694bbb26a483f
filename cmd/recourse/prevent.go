package main

import (
	"github.com/spf13/cobra"

	"recourse/api"
	"recourse/casework"
	"recourse/playbook"
)

// preventCommand gives the answer of POST /api/v1/preventions. It needs only the
// playbook.
func preventCommand() *cobra.Command {
	return &cobra.Command{
		Use: "prevent < SEND.json", Short: "Say what to check before sending money; stores nothing", Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			facts, err := readFacts[playbook.SendFacts](cmd.InOrStdin())
			if err != nil {
				return err
			}
			playbooks, err := playbook.Load()
			if err != nil {
				return err
			}
			at, book := currentTime(), playbooks.Current()
			if err := casework.CheckSend(book, facts, at); err != nil {
				return err
			}
			body, err := api.WritePrevention(book.Prevent(facts, at))
			if err != nil {
				return err
			}
			return printBody(cmd.OutOrStdout(), body)
		},
	}
}
