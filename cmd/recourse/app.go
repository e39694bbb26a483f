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
	"recourse/evidence/originals/decode"
	"recourse/evidence/originals/sandbox"
	"recourse/loop"
	"recourse/notify"
	"recourse/playbook"
	"recourse/postgres"
	"recourse/textlint"
	"recourse/worker"
)

// app is one process of the product with its open resources.
type app struct {
	config      config
	store       *postgres.Store
	blobs       *blob.Store
	playbooks   *playbook.Registry
	linter      *textlint.Linter
	temporal    *worker.Connection
	notifyRules *notify.Rules
	vault       *notify.SecretBox
	keys        *journal.Keyring
	markKey     []byte
	formKey     []byte // of forms and sessions
	limits      []casework.Limit
	log         *slog.Logger
	loops       *loop.Monitor
	decodePool  *sandbox.Pool
	removeCache func() // of the reader of PDFs, if it is temporary
	service     *casework.Service
}

// openApp opens what every process needs. Temporal may be down: the connection is
// made at the first use.
func openApp(ctx context.Context, c config) (*app, error) {
	if err := c.createFolders(); err != nil {
		return nil, err
	}
	d := &app{config: c, log: slog.New(slog.NewTextHandler(os.Stderr, nil))}
	d.loops = loop.NewMonitor(d.log, currentTime)
	key, err := payloadKey(c)
	if err != nil {
		return nil, err
	}
	if d.vault, err = newVault(key); err != nil {
		return nil, err
	}
	if d.limits, err = casework.ParseLimits(c.Limits); err != nil {
		return nil, err
	}
	if d.markKey, err = deriveMarkKey(key); err != nil {
		return nil, err
	}
	if d.formKey, err = deriveFormKey(key); err != nil {
		return nil, err
	}
	if d.notifyRules, err = notify.Load(); err != nil {
		return nil, err
	}
	if d.keys, err = loadKeyring(c); err != nil {
		return nil, err
	}
	if d.playbooks, err = openRegistry(c.Shelf, d.log); err != nil {
		return nil, err
	}
	if d.linter, err = textlint.Load(); err != nil {
		return nil, err
	}
	if d.blobs, err = blob.Open(c.dataPath("blobs")); err != nil {
		return nil, err
	}
	if d.temporal, err = worker.Dial(worker.DialOptions{Key: key, Log: d.log}); err != nil {
		return nil, err
	}
	if err := d.openDecoding(); err != nil {
		return nil, err
	}
	d.store, err = postgres.Open(ctx, c.DatabaseURL, postgres.Options{Keys: d.keys, Now: currentTime, Random: rand.Reader, Loops: d.loops})
	if err != nil {
		d.temporal.Close()
		return nil, err
	}
	d.service = d.newService()
	return d, nil
}

// openRegistry reads the playbooks of a folder, or those of the binary. An invalid
// version is logged and not used; the previous ones stay in force.
func openRegistry(folder string, log *slog.Logger) (*playbook.Registry, error) {
	tree := playbook.EmbeddedFiles()
	if folder != "" {
		tree = os.DirFS(folder)
	}
	playbooks, err := playbook.LoadValidFrom(tree)
	if err != nil {
		return nil, err
	}
	for _, refused := range playbooks.BrokenVersions() {
		log.Error("a playbook is invalid and not in force", "version", refused.Version, "in_force", playbooks.Current().Version(), "error", refused.Err)
	}
	return playbooks, nil
}

func (d *app) closeAll() {
	d.service.Close()
	d.decodePool.Close()
	d.removeCache()
	d.temporal.Close()
	d.store.Close()
}

// currentTime is the only clock of the product.
func currentTime() time.Time { return time.Now().UTC() }

func (d *app) newService() *casework.Service {
	return casework.New(
		casework.Dependencies{
			Store: d.store, Blobs: d.blobs, Space: d.config.space(), Decoder: decode.NewDecoder(d.decodePool), Registry: d.playbooks, Linter: d.linter,
			Engine: worker.NewEngine(d.temporal), NotifyRules: d.notifyRules, SecretBox: d.vault, Now: currentTime, Random: rand.Reader, Log: d.log, Loops: d.loops,
		},
		casework.Config{
			Version: version, Development: d.config.Profile == development, Pace: d.config.Pace,
			ExportsDir: d.config.dataPath("exports"), RetentionYears: d.config.RetentionYears, MarkKey: d.markKey,
			Limits: d.limits,
		},
	)
}

// workerParts creates the activities of both task queues. It loads the fonts, so that
// a missing font is an error of the start and not of the first dossier.
func (d *app) workerParts() (worker.Parts, error) {
	fonts, err := dossier.LoadFonts(d.config.Fonts)
	if err != nil {
		return worker.Parts{}, err
	}
	identity, err := d.config.loadIdentity()
	if err != nil {
		return worker.Parts{}, err
	}
	stamps, err := d.newStamps()
	if err != nil {
		return worker.Parts{}, err
	}
	notices, err := d.newNotices()
	if err != nil {
		return worker.Parts{}, err
	}
	return worker.Parts{
		Stamps:  d.stampWorker(stamps),
		Notices: notices,
		Cases: &activities.Cases{
			Record: d.store, Rules: activities.PinnedRules{Registry: d.playbooks}, Now: currentTime, Version: version, NotifyRules: d.notifyRules, MarkKey: d.markKey,
		},
		Exports: &activities.Exports{
			Decoder: decode.NewDecoder(d.decodePool),
			Archive: d.store, Originals: d.blobs, Checklist: activities.PinnedRules{Registry: d.playbooks}, Fonts: fonts,
			Custody: folio.Custody{Version: version, Custodian: d.config.Custodian, Keys: d.keys, Identity: identity},
			Stamps:  stamps, Dir: d.config.dataPath("exports"), Space: d.config.space(), Now: currentTime, Loops: d.loops,
		},
		Maintenance: d.service, Examinations: d.service, Loops: d.loops,
	}, nil
}

// newNotices creates the sender of mails and webhooks. Without SMTP_URL, mails are
// stored and not sent.
func (d *app) newNotices() (*worker.Notices, error) {
	server, err := d.config.mailServer()
	if err != nil {
		return nil, err
	}
	parts := worker.NoticesConfig{
		Store: d.store, NotifyRules: d.notifyRules, CountMail: d.service.CountMail, Now: currentTime, Random: mathrand.Float64, Log: d.log, Site: d.config.URL, Version: version, Loops: d.loops,
		Webhooks: notify.NewPoster(notify.PosterOptions{
			Development: d.config.Profile == development, SecretBox: d.vault, Now: currentTime,
		}),
	}
	if server != nil {
		parts.Mails = notify.NewMailer(*server)
	}
	return worker.NewNotices(parts), nil
}

// withService runs a command with all use cases.
func withService(ctx context.Context, run func(context.Context, *casework.Service) error) error {
	c, err := readConfig()
	if err != nil {
		return err
	}
	d, err := openApp(ctx, c)
	if err != nil {
		return err
	}
	defer d.closeAll()
	return run(ctx, d.service)
}
