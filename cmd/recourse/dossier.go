package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"time"

	"github.com/spf13/cobra"

	"recourse/casework"
	"recourse/recovery"
	"recourse/worker"
)

// dossierCommand requests an export and waits for it, because only the worker
// builds exports. From a bag it builds the dossier itself.
func dossierCommand() *cobra.Command {
	var number, audience, counterpart, out string
	var confirm bool
	var from bagDossier
	command := &cobra.Command{
		Use: "dossier", Args: cobra.NoArgs,
		Short: "Build the dossier of a case, or build it again from a bag for the archive, and write it to a file",
		RunE: func(cmd *cobra.Command, _ []string) error {
			if from.bag != "" {
				return from.writeDossier(cmd.Context(), out)
			}
			return withService(cmd.Context(), func(ctx context.Context, service *casework.Service) error {
				actor := casework.Operator
				view, err := service.CaseByNumber(ctx, actor, recovery.CaseNumber(number))
				if err != nil {
					return err
				}
				order := casework.ExportOrder{Audience: recovery.Audience(audience), CounterpartID: recovery.CounterpartID(counterpart), Confirm: confirm}
				return exportDossier(ctx, service, actor, view.ID, order, out)
			})
		},
	}
	flags := command.Flags()
	flags.StringVar(&number, "case", "", "number of the case")
	flags.StringVar(&audience, "audience", string(recovery.ForCourt), "court, opponent, platform or archive")
	flags.StringVar(&counterpart, "counterpart", "", "for the opponent: id of the one counterpart whom the papers are for")
	flags.BoolVar(&confirm, "confirm", false, "for the opponent: agree to what the other side will see")
	flags.StringVar(&out, "out", "dossier.pdf", "file to write")
	flags.StringVar(&from.bag, "bag", "", "bag for the archive to build the dossier from, unsealed; needs no server or database")
	flags.StringVar(&from.fonts, "fonts", "", "with --bag: folder of the fonts (default: RECOURSE_FONTS, or the nearest .recourse/fonts)")
	flags.StringVar(&from.key, "key", "", "with --bag: verifier key or fingerprint, from another source, that must have signed it")
	command.MarkFlagsOneRequired("case", "bag")
	for _, other := range []string{"case", "audience", "counterpart", "confirm"} { // a bag has one case and one audience
		command.MarkFlagsMutuallyExclusive("bag", other)
	}
	return command
}

func exportDossier(
	ctx context.Context, service *casework.Service, actor recovery.Actor, id recovery.CaseID, order casework.ExportOrder, out string,
) error {
	request := casework.Request{Actor: actor, Device: "recourse dossier"}
	asked, err := service.RequestExport(ctx, request, id, order)
	if err != nil {
		return err
	}
	export, err := awaitExport(ctx, service, actor, asked.Value.ID)
	if err != nil {
		return err
	}
	source, _, err := service.OpenExport(ctx, request, export.ID, casework.DossierFile)
	if err != nil {
		return err
	}
	target, err := os.OpenFile(out, os.O_RDWR|os.O_CREATE|os.O_TRUNC, 0o600)
	if err != nil {
		return errors.Join(err, source.Close())
	}
	_, err = io.Copy(target, source)
	return errors.Join(err, source.Close(), target.Close())
}

func awaitExport(ctx context.Context, service *casework.Service, actor recovery.Actor, id recovery.ExportID) (recovery.Export, error) {
	for {
		export, err := service.Export(ctx, actor, id)
		switch {
		case err != nil:
			return export, err
		case export.State == recovery.ExportReady:
			return export, nil
		case export.State == recovery.ExportFailed:
			return export, fmt.Errorf("the dossier could not be built: %s", export.Failure)
		}
		select {
		case <-ctx.Done():
			return export, fmt.Errorf("the dossier is still being built; is a worker running? %w", ctx.Err())
		case <-time.After(200 * time.Millisecond):
		}
	}
}

func replayCommand() *cobra.Command {
	return &cobra.Command{
		Use: "replay [HISTORY.json ...]", Short: "Replay stored histories, or all open cases, with the workflows of this binary",
		RunE: func(cmd *cobra.Command, files []string) error {
			c, err := readConfig()
			if err != nil {
				return err
			}
			key, err := payloadKey(c)
			if err != nil {
				return err
			}
			log := slog.New(slog.NewTextHandler(os.Stderr, nil))
			connection, err := worker.Dial(worker.DialOptions{Key: key, Log: log})
			if err != nil {
				return err
			}
			defer connection.Close()
			return replayHistories(cmd, connection, log, files)
		},
	}
}

func replayHistories(cmd *cobra.Command, connection *worker.Connection, log *slog.Logger, files []string) error {
	replayer, err := worker.NewReplayer(connection.Codec, log)
	if err != nil {
		return err
	}
	replayed := len(files)
	var faults []error
	for _, file := range files {
		faults = append(faults, replayer.ReplayFile(file))
	}
	if len(files) == 0 {
		replayed, err = replayer.ReplayRunning(cmd.Context(), connection)
		faults = append(faults, err)
	}
	if err := errors.Join(faults...); err != nil {
		return err
	}
	_, err = fmt.Fprintf(cmd.OutOrStdout(), "%d histories replayed\n", replayed)
	return err
}
