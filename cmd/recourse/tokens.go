package main

import (
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"recourse/casework"
	"recourse/recovery"
)

func tokenCommand() *cobra.Command {
	command := &cobra.Command{Use: "token", Short: "API tokens"}
	command.AddCommand(tokenAddCommand(), tokenListCommand(), tokenRevokeCommand())
	return command
}

// defaultTokenDays is how long a token works unless the command names another time.
const defaultTokenDays = 90

func tokenAddCommand() *cobra.Command {
	var user, note string
	var days int
	command := serviceCommand("add", "Create an API token for an account and print it once", func(cmd *cobra.Command, service *casework.Service) error {
		account, err := service.Account(cmd.Context(), recovery.UserID(user))
		if err != nil {
			return err
		}
		if !account.Active {
			return fmt.Errorf("the account of %s is disabled: enable it first with 'user enable'", account.Email)
		}
		expires, err := tokenExpiry(days, currentTime())
		if err != nil {
			return err
		}
		token, err := service.IssueToken(cmd.Context(), account.ID, note, expires)
		if err != nil {
			return err
		}
		return printLine(cmd, "%s", token)
	})
	command.Flags().StringVar(&user, "user", "", "id of the account, as 'user add' printed it")
	command.Flags().StringVar(&note, "note", "", "what the token is for")
	command.Flags().IntVar(&days, "days", defaultTokenDays, "after how many days it ends; 0: never")
	requireFlags(command, "user")
	return command
}

// maxTokenDays is the longest life of a token that ends.
const maxTokenDays = 3650

// tokenExpiry returns when a token ends; nil for never.
func tokenExpiry(days int, now time.Time) (*time.Time, error) {
	if days < 0 || days > maxTokenDays {
		return nil, fmt.Errorf("--days is %d: it must be between 0, for never, and %d", days, maxTokenDays)
	}
	if days == 0 {
		return nil, nil
	}
	at := now.AddDate(0, 0, days)
	return &at, nil
}

func tokenListCommand() *cobra.Command {
	var user string
	command := serviceCommand("list", "List the tokens of an account", func(cmd *cobra.Command, service *casework.Service) error {
		tokens, err := service.Tokens(cmd.Context(), recovery.UserID(user))
		if err != nil {
			return err
		}
		for _, token := range tokens {
			if err := printLine(cmd, "%s", describeToken(token, currentTime())); err != nil {
				return err
			}
		}
		return nil
	})
	command.Flags().StringVar(&user, "user", "", "id of the account")
	requireFlags(command, "user")
	return command
}

// describeToken is the line about a token in a list, with times in China.
func describeToken(t recovery.Token, now time.Time) string {
	day := func(at *time.Time) string {
		if at == nil {
			return "never"
		}
		return at.In(recovery.Shanghai).Format("2006-01-02 15:04")
	}
	state := "ends " + day(t.ExpiresAt)
	switch {
	case t.RevokedAt != nil:
		state = "revoked " + day(t.RevokedAt)
	case t.ExpiresAt != nil && t.ExpiresAt.Before(now):
		state = "ended " + day(t.ExpiresAt)
	}
	return fmt.Sprintf("%s  made %s  used %s  %s  %s", t.ID, day(&t.CreatedAt), day(t.LastUsedAt), state, t.Note)
}

func tokenRevokeCommand() *cobra.Command {
	var id string
	command := serviceCommand("revoke", "End a token", func(cmd *cobra.Command, service *casework.Service) error {
		token, err := service.RevokeToken(cmd.Context(), id)
		if err != nil {
			return err
		}
		return printLine(cmd, "%s ends within seconds", token.ID)
	})
	command.Flags().StringVar(&id, "token", "", "id of the token, as 'token list' prints it")
	requireFlags(command, "token")
	return command
}
