package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"strings"

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

const developmentDomain = "@development.localhost"

func isDevelopmentAccount(user recovery.User) bool {
	return strings.HasSuffix(user.Email, developmentDomain)
}

// refuseDevelopmentAccounts returns an error in production while a development account is
// active: its token is in a file and never ends.
func refuseDevelopmentAccounts(ctx context.Context, c config, service *casework.Service) error {
	if c.Profile != production {
		return nil
	}
	users, err := service.Accounts(ctx, "")
	if err != nil {
		return err
	}
	for _, user := range users {
		if user.Active && isDevelopmentAccount(user) {
			return fmt.Errorf("the database has development accounts, whose tokens never end: "+
				"disable each %q account with 'recourse user list' and 'recourse user disable', or use a new database", developmentDomain)
		}
	}
	return nil
}

// seedAccounts creates the development accounts and a token for each. It writes the
// tokens to tokens.json, for scripts on this machine.
func seedAccounts(ctx context.Context, c config, service *casework.Service) error {
	tokens := readTokens(c)
	for _, account := range developmentAccounts {
		email := string(account.role) + developmentDomain
		user, err := service.EnsureAccount(ctx, account.role, email, account.name)
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
