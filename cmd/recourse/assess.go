package main

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"os"

	strict "github.com/go-json-experiment/json"
	"github.com/spf13/cobra"

	"recourse/casework"
	"recourse/playbook"
	"recourse/postgres"
)

// maxFacts is the size in bytes of the facts of a send, as over the network.
const maxFacts = 64 << 10

// assessCommand answers as POST /api/v1/assessments does. Without a database it
// answers from the playbook alone.
func assessCommand() *cobra.Command {
	return &cobra.Command{
		Use: "assess < FACTS.json", Short: "Say what can be done about a mis-send; stores nothing", Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			facts, err := readFacts[playbook.AssessmentFacts](cmd.InOrStdin())
			if err != nil {
				return err
			}
			var assessed playbook.Assessment
			if os.Getenv("DATABASE_URL") == "" {
				assessed, err = assessAlone(facts)
			} else {
				err = withRules(cmd.Context(), func(ctx context.Context, service *casework.Service) error {
					assessed, err = service.Assess(ctx, facts)
					return err
				})
			}
			if err != nil {
				return err
			}
			return printJSON(cmd.OutOrStdout(), assessed)
		},
	}
}

func readFacts[T any](r io.Reader) (T, error) {
	var facts T
	raw, err := io.ReadAll(io.LimitReader(r, maxFacts+1))
	switch {
	case err != nil:
		return facts, fmt.Errorf("the facts cannot be read: %w", err)
	case len(raw) > maxFacts:
		return facts, fmt.Errorf("the facts have more than %d bytes", maxFacts)
	}
	if err := strict.Unmarshal(raw, &facts, strict.RejectUnknownMembers(true)); err != nil {
		return facts, fmt.Errorf("the facts are not as the specification has them: %w", err)
	}
	return facts, nil
}

func assessAlone(facts playbook.AssessmentFacts) (playbook.Assessment, error) {
	shelf, err := playbook.Load()
	if err != nil {
		return playbook.Assessment{}, err
	}
	at, book := now(), shelf.Current()
	if err := casework.CheckFacts(book, facts, at); err != nil {
		return playbook.Assessment{}, err
	}
	return book.Assess(facts, at, playbook.Knowledge{}), nil
}

func printJSON(w io.Writer, value any) error {
	encoder := json.NewEncoder(w)
	encoder.SetEscapeHTML(false)
	encoder.SetIndent("", "  ")
	return encoder.Encode(value)
}

// withRules runs a short command over what needs rules and cases only: no keys,
// no engine, no files.
func withRules(ctx context.Context, run func(context.Context, *casework.Service) error) error {
	c, err := readConfig()
	if err != nil {
		return err
	}
	shelf, err := playbook.Load()
	if err != nil {
		return err
	}
	store, err := postgres.Open(ctx, c.DatabaseURL, postgres.Options{Now: now, Random: rand.Reader})
	if err != nil {
		return err
	}
	defer store.Close()
	log := slog.New(slog.NewTextHandler(os.Stderr, nil))
	return run(ctx, casework.New(casework.Parts{Store: store, Shelf: shelf, Now: now, Random: rand.Reader, Log: log}, casework.Config{}))
}
