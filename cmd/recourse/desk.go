package main

import (
	"context"
	"crypto/rand"
	"log/slog"
	mathrand "math/rand/v2"
	"os"
	"time"

	"recourse/activities"
	"recourse/casework"
	"recourse/evidence/dossier"
	"recourse/evidence/folio"
	"recourse/evidence/journal"
	"recourse/evidence/originals/blob"
	"recourse/notify"
	"recourse/playbook"
	"recourse/postgres"
	"recourse/textlint"
	"recourse/worker"
)

// desk is one process of the product with everything it holds open.
type desk struct {
	config   config
	store    *postgres.Store
	blobs    *blob.Store
	shelf    *playbook.Shelf
	linter   *textlint.Linter
	temporal *worker.Connection
	herald   *notify.Herald
	vault    *notify.Vault
	keys     *journal.Keyring
	markKey  []byte
	log      *slog.Logger
}

// openDesk opens what every role needs. Temporal may be down: it is dialled
// when it is first needed.
func openDesk(ctx context.Context, c config) (*desk, error) {
	if err := c.prepare(); err != nil {
		return nil, err
	}
	d := &desk{config: c, log: slog.New(slog.NewTextHandler(os.Stderr, nil))}
	key, err := payloadKey(c)
	if err != nil {
		return nil, err
	}
	if d.vault, err = vault(key); err != nil {
		return nil, err
	}
	if d.markKey, err = markKey(key); err != nil {
		return nil, err
	}
	if d.herald, err = notify.Load(); err != nil {
		return nil, err
	}
	if d.keys, err = keyring(c); err != nil {
		return nil, err
	}
	if d.shelf, err = openShelf(c.Shelf, d.log); err != nil {
		return nil, err
	}
	if d.linter, err = textlint.Load(); err != nil {
		return nil, err
	}
	if d.blobs, err = blob.Open(c.path("blobs")); err != nil {
		return nil, err
	}
	if d.temporal, err = worker.Dial(worker.DialOptions{Key: key, Log: d.log}); err != nil {
		return nil, err
	}
	d.store, err = postgres.Open(ctx, c.DatabaseURL, postgres.Options{Keys: d.keys, Now: now, Random: rand.Reader})
	if err != nil {
		d.temporal.Close()
		return nil, err
	}
	return d, nil
}

// openShelf reads the playbooks of a folder, or those of the binary. A broken
// version is told and not given to any case; the ones before it stay in force.
func openShelf(folder string, log *slog.Logger) (*playbook.Shelf, error) {
	tree := playbook.Shipped()
	if folder != "" {
		tree = os.DirFS(folder)
	}
	shelf, err := playbook.OpenFrom(tree)
	if err != nil {
		return nil, err
	}
	for _, refused := range shelf.Refused() {
		log.Error("a playbook is broken and not in force", "version", refused.Version, "in_force", shelf.Current().Version(), "error", refused.Fault)
	}
	return shelf, nil
}

func (d *desk) close() {
	d.temporal.Close()
	d.store.Close()
}

// now is the one clock of the product.
func now() time.Time { return time.Now().UTC() }

func (d *desk) service() *casework.Service {
	return casework.New(
		casework.Parts{
			Store: d.store, Blobs: d.blobs, Shelf: d.shelf, Linter: d.linter,
			Engine: worker.NewEngine(d.temporal), Herald: d.herald, Vault: d.vault, Now: now, Random: rand.Reader, Log: d.log,
		},
		casework.Config{
			Version: version, Development: d.config.Profile == development, Pace: d.config.Pace,
			ExportsDir: d.config.path("exports"), RetentionYears: d.config.RetentionYears, MarkKey: d.markKey,
		},
	)
}

// parts makes the activities of both queues. The fonts are read here, so that a
// missing one stops the start and not the first dossier.
func (d *desk) parts() (worker.Parts, error) {
	fonts, err := dossier.LoadFonts(d.config.Fonts)
	if err != nil {
		return worker.Parts{}, err
	}
	identity, err := d.config.identity()
	if err != nil {
		return worker.Parts{}, err
	}
	stamps, err := d.stamps()
	if err != nil {
		return worker.Parts{}, err
	}
	notices, err := d.notices()
	if err != nil {
		return worker.Parts{}, err
	}
	return worker.Parts{
		Stamps:  d.stamping(stamps),
		Notices: notices,
		Cases: &activities.Cases{
			Record: d.store, Rules: activities.PinnedRules{Shelf: d.shelf}, Now: now, Version: version, Herald: d.herald,
		},
		Exports: &activities.Exports{
			Archive: d.store, Originals: d.blobs, Checklist: activities.PinnedRules{Shelf: d.shelf}, Fonts: fonts,
			Custody: folio.Custody{Version: version, Custodian: d.config.Custodian, Keys: d.keys, Identity: identity},
			Stamps:  stamps, Dir: d.config.path("exports"), Now: now,
		},
		Maintenance: d.service(),
	}, nil
}

// notices sends mails through the server of SMTP_URL, and events to webhooks.
// Without a server mails are kept, and not sent.
func (d *desk) notices() (*worker.Notices, error) {
	server, err := d.config.mailServer()
	if err != nil {
		return nil, err
	}
	parts := worker.NoticesParts{
		Store: d.store, Herald: d.herald, Now: now, Random: mathrand.Float64, Log: d.log, Site: d.config.URL, Version: version,
		Posts: notify.NewPoster(notify.PosterOptions{
			Development: d.config.Profile == development, Vault: d.vault, Now: now,
		}),
	}
	if server != nil {
		parts.Mails = notify.NewMailer(*server)
	}
	return worker.NewNotices(parts), nil
}

// withService runs a short command over the use cases.
func withService(ctx context.Context, run func(context.Context, *casework.Service) error) error {
	c, err := readConfig()
	if err != nil {
		return err
	}
	d, err := openDesk(ctx, c)
	if err != nil {
		return err
	}
	defer d.close()
	return run(ctx, d.service())
}
