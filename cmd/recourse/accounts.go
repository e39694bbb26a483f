package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"slices"

	"github.com/spf13/cobra"

	"recourse/casework"
	"recourse/recovery"
)

// developmentAccounts are the accounts of a development installation.
var developmentAccounts = []struct {
	role recovery.Role
	name string
}{
	{recovery.RoleClaimant, "林晓"},
	{recovery.RoleAgent, "周岚"},
	{recovery.RoleSupervisor, "许衡"},
	{recovery.RoleLegal, "方正"},
	{recovery.RoleAdmin, "管理员"},
	{recovery.RoleAuditor, "审计员"},
}

// seedAccounts creates the development accounts and a token for each. It writes the
// tokens to tokens.json, for scripts on this machine.
func seedAccounts(ctx context.Context, c config, service *casework.Service) error {
	tokens := readTokens(c)
	for _, account := range developmentAccounts {
		email := string(account.role) + "@development.localhost"
		user, err := service.AddAccount(ctx, account.role, email, account.name)
		if err != nil {
			return fmt.Errorf("development account %s: %w", account.role, err)
		}
		if actor, err := service.Authenticate(ctx, tokens[string(account.role)]); err == nil && actor.ID == user.ID {
			continue
		}
		token, err := service.IssueToken(ctx, user.ID, "development", nil)
		if err != nil {
			return fmt.Errorf("development token %s: %w", account.role, err)
		}
		tokens[string(account.role)] = token
	}
	tokens["base_url"] = "http://" + c.Addr
	raw, err := json.MarshalIndent(tokens, "", "  ")
	if err != nil {
		return err
	}
	return writeDurably(c.dataPath("tokens.json"), append(raw, '\n'))
}

func readTokens(c config) map[string]string {
	tokens := map[string]string{}
	if raw, err := os.ReadFile(c.dataPath("tokens.json")); err == nil && json.Unmarshal(raw, &tokens) != nil {
		clear(tokens) // an invalid file is replaced
	}
	return tokens
}

func userCommand() *cobra.Command {
	var role, email, name string
	var capacity int
	add := &cobra.Command{
		Use:   "add",
		Short: "Add an account",
		RunE: func(cmd *cobra.Command, _ []string) error {
			return withService(cmd.Context(), func(ctx context.Context, service *casework.Service) error {
				id, err := addUser(ctx, service, recovery.Role(role), email, name, capacity)
				if err != nil {
					return err
				}
				_, err = fmt.Fprintln(cmd.OutOrStdout(), id)
				return err
			})
		},
	}
	add.Flags().StringVar(&role, "role", "", "role of the account")
	add.Flags().StringVar(&email, "email", "", "email address")
	add.Flags().StringVar(&name, "name", "", "name shown at the desk")
	add.Flags().IntVar(&capacity, "capacity", keepCapacity, "how many open cases an agent is assigned automatically; 0 for none")
	for _, flag := range []string{"role", "email"} {
		if err := add.MarkFlagRequired(flag); err != nil {
			panic(err) // the flag was defined three lines above
		}
	}
	command := &cobra.Command{Use: "user", Short: "Accounts"}
	command.AddCommand(add)
	return command
}

// keepCapacity leaves the capacity of an existing account unchanged.
const keepCapacity = -1

// addUser creates an account, or updates the one with this address. An invalid
// capacity is an error before anything is written.
func addUser(
	ctx context.Context, service *casework.Service, role recovery.Role, email, name string, capacity int,
) (recovery.UserID, error) {
	if !isKnownRole(role) {
		return "", fmt.Errorf("--role is %q: use one of %v", role, recovery.Roles)
	}
	if capacity != keepCapacity && role != recovery.RoleAgent {
		return "", fmt.Errorf("--capacity is for agents: the role %s is not assigned cases", role)
	}
	if capacity < keepCapacity || capacity > casework.MaxCapacity {
		return "", fmt.Errorf("--capacity is %d: it must be between 0 and %d", capacity, casework.MaxCapacity)
	}
	user, err := service.AddAccount(ctx, role, email, name)
	if err != nil || capacity == keepCapacity {
		return user.ID, err
	}
	return user.ID, service.SetCapacity(ctx, user.ID, capacity)
}

func tokenCommand() *cobra.Command {
	var user, note string
	add := &cobra.Command{
		Use:   "add",
		Short: "Create an API token for an account and print it once",
		RunE: func(cmd *cobra.Command, _ []string) error {
			return withService(cmd.Context(), func(ctx context.Context, service *casework.Service) error {
				if _, err := service.Account(ctx, recovery.UserID(user)); err != nil {
					return err
				}
				token, err := service.IssueToken(ctx, recovery.UserID(user), note, nil)
				if err != nil {
					return err
				}
				_, err = fmt.Fprintln(cmd.OutOrStdout(), token)
				return err
			})
		},
	}
	add.Flags().StringVar(&user, "user", "", "id of the account, as 'user add' printed it")
	add.Flags().StringVar(&note, "note", "", "what the token is for")
	if err := add.MarkFlagRequired("user"); err != nil {
		panic(err) // the flag was defined two lines above
	}
	command := &cobra.Command{Use: "token", Short: "API tokens"}
	command.AddCommand(add)
	return command
}

func isKnownRole(role recovery.Role) bool { return slices.Contains(recovery.Roles, role) }
