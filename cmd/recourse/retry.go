package main

import (
	"context"
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"

	"recourse/casework"
	"recourse/postgres"
)

func retryCommand() *cobra.Command {
	return &cobra.Command{
		Use: "retry [kind]", Short: "List what background work has set aside, or try the items of a kind again",
		Long: "Background work sets an item aside after it has failed for more than a day. Without an argument the command\n" +
			"counts these items by kind. With a kind, or all, they are tried again. Kinds: " + strings.Join(postgres.ItemKinds, ", ") + ".",
		Args: cobra.MaximumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			return withService(cmd.Context(), func(ctx context.Context, service *casework.Service) error {
				if len(args) == 0 {
					return listSetAside(ctx, cmd.OutOrStdout(), service.Store)
				}
				return retrySetAside(ctx, cmd.OutOrStdout(), service.Store, args[0])
			})
		},
	}
}

func listSetAside(ctx context.Context, out io.Writer, store *postgres.Store) error {
	counts, err := store.CountSetAside(ctx)
	if err != nil {
		return err
	}
	for _, kind := range postgres.ItemKinds {
		fmt.Fprintf(out, "%-12s %d\n", kind, counts[kind])
	}
	return nil
}

func retrySetAside(ctx context.Context, out io.Writer, store *postgres.Store, kind string) error {
	kinds := []string{kind}
	if kind == "all" {
		kinds = postgres.ItemKinds
	}
	for _, one := range kinds {
		retried, err := store.RetrySetAside(ctx, one)
		if err != nil {
			return err
		}
		fmt.Fprintf(out, "%-12s %d are tried again\n", one, retried)
	}
	return nil
}
