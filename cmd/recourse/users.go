package main

import (
	"context"
	"fmt"
	"slices"

	"github.com/spf13/cobra"

	"recourse/casework"
	"recourse/recovery"
)

func userCommand() *cobra.Command {
	command := &cobra.Command{Use: "user", Short: "Accounts"}
	command.AddCommand(userAddCommand(), userListCommand(), userRoleCommand(), userDisableCommand(), userEnableCommand())
	return command
}

// keepCapacity leaves the capacity of an account unchanged.
const keepCapacity = -1

func userAddCommand() *cobra.Command {
	var role, email, name string
	var capacity int
	command := serviceCommand("add", "Add an account and print its id", func(cmd *cobra.Command, service *casework.Service) error {
		id, err := addUser(cmd.Context(), service, recovery.Role(role), email, name, capacity)
		if err != nil {
			return err
		}
		return printLine(cmd, "%s", id)
	})
	command.Flags().StringVar(&role, "role", "", "role of the account")
	command.Flags().StringVar(&email, "email", "", "email address")
	command.Flags().StringVar(&name, "name", "", "name shown at the desk")
	command.Flags().IntVar(&capacity, "capacity", keepCapacity, "how many open cases an agent is assigned automatically; 0 for none")
	requireFlags(command, "role", "email")
	return command
}

// addUser creates an account. An invalid capacity is an error before anything is written.
func addUser(
	ctx context.Context, service *casework.Service, role recovery.Role, email, name string, capacity int,
) (recovery.UserID, error) {
	if err := checkRole(role); err != nil {
		return "", err
	}
	if capacity != keepCapacity && role != recovery.RoleAgent {
		return "", fmt.Errorf("--capacity is for agents: the role %s is not assigned cases", role)
	}
	if capacity < keepCapacity || capacity > casework.MaxCapacity {
		return "", fmt.Errorf("--capacity is %d: it must be between 0 and %d", capacity, casework.MaxCapacity)
	}
	user, err := service.AddAccount(ctx, role, email, name)
	if recovery.CodeOf(err) == recovery.CodeConflict {
		return "", fmt.Errorf("%s has an account already: see 'user list', and change it with 'user role', 'user enable' or 'user disable'", email)
	}
	if err != nil || capacity == keepCapacity {
		return user.ID, err
	}
	return user.ID, service.SetCapacity(ctx, user.ID, capacity)
}

// accountRoles are the roles that an account can have: counterparts use links.
func accountRoles() []recovery.Role {
	return slices.DeleteFunc(slices.Clone(recovery.Roles), func(r recovery.Role) bool { return r == recovery.RoleCounterpart })
}

func checkRole(role recovery.Role) error {
	if slices.Contains(accountRoles(), role) {
		return nil
	}
	return fmt.Errorf("--role is %q: use one of %v", role, accountRoles())
}

func userListCommand() *cobra.Command {
	return serviceCommand("list", "List the accounts", func(cmd *cobra.Command, service *casework.Service) error {
		users, err := service.Accounts(cmd.Context(), "")
		if err != nil {
			return err
		}
		for _, user := range users {
			state := "active"
			if !user.Active {
				state = "disabled"
			}
			if err := printLine(cmd, "%s  %-10s  %-8s  %s  %s", user.ID, user.Role, state, user.Email, user.Name); err != nil {
				return err
			}
		}
		return nil
	})
}

func userRoleCommand() *cobra.Command {
	var id, role string
	command := serviceCommand("role", "Give an account another role", func(cmd *cobra.Command, service *casework.Service) error {
		if err := checkRole(recovery.Role(role)); err != nil {
			return err
		}
		user, err := service.ChangeRole(cmd.Context(), recovery.UserID(id), recovery.Role(role))
		if err != nil {
			return err
		}
		return printLine(cmd, "%s is %s now; its tokens are revoked", user.Email, user.Role)
	})
	command.Flags().StringVar(&id, "user", "", "id of the account")
	command.Flags().StringVar(&role, "role", "", "new role")
	requireFlags(command, "user", "role")
	return command
}

func userDisableCommand() *cobra.Command {
	var id string
	command := serviceCommand("disable", "Disable an account, end its sessions and revoke its tokens", func(cmd *cobra.Command, service *casework.Service) error {
		open, err := service.DisableAccount(cmd.Context(), recovery.UserID(id))
		if err != nil {
			return err
		}
		if open == 0 {
			return printLine(cmd, "the account is disabled")
		}
		return printLine(cmd, "the account is disabled; assign its %d open cases to somebody else at the desk", open)
	})
	command.Flags().StringVar(&id, "user", "", "id of the account")
	requireFlags(command, "user")
	return command
}

func userEnableCommand() *cobra.Command {
	var id string
	command := serviceCommand("enable", "Enable a disabled account; its tokens stay revoked", func(cmd *cobra.Command, service *casework.Service) error {
		user, err := service.EnableAccount(cmd.Context(), recovery.UserID(id))
		if err != nil {
			return err
		}
		return printLine(cmd, "%s can sign in again", user.Email)
	})
	command.Flags().StringVar(&id, "user", "", "id of the account")
	requireFlags(command, "user")
	return command
}

// serviceCommand is a command that needs the use cases.
func serviceCommand(use, short string, run func(*cobra.Command, *casework.Service) error) *cobra.Command {
	return &cobra.Command{
		Use: use, Short: short, Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return withService(cmd.Context(), func(_ context.Context, service *casework.Service) error { return run(cmd, service) })
		},
	}
}

func requireFlags(command *cobra.Command, names ...string) {
	for _, name := range names {
		if err := command.MarkFlagRequired(name); err != nil {
			panic(err) // the caller has defined it
		}
	}
}

func printLine(cmd *cobra.Command, format string, args ...any) error {
	_, err := fmt.Fprintf(cmd.OutOrStdout(), format+"\n", args...)
	return err
}
