package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"recourse/casework"
	"recourse/evidence/dossier"
	"recourse/evidence/originals/stills"
	"recourse/recovery"
)

// finding is the result of one look at an installation.
type finding struct {
	name     string
	optional bool
	err      error // what is missing and how to get it; nil if it is there
}

// doctorTimeout is how long a database or an engine that does not answer is waited for.
const doctorTimeout = 15 * time.Second

func doctorCommand() *cobra.Command {
	return &cobra.Command{
		Use: "doctor", Short: "List what an installation still lacks for production",
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			c, err := readConfig()
			if err != nil {
				return err
			}
			ctx, cancel := context.WithTimeout(cmd.Context(), doctorTimeout)
			defer cancel()
			return printFindings(cmd.OutOrStdout(), append(examineConfig(c), examineServices(ctx, c)...))
		},
	}
}

// examineConfig looks at settings and files. It creates nothing.
func examineConfig(c config) []finding {
	findings := []finding{
		{name: "profile", err: missingIf(c.Profile != production, "RECOURSE_PROFILE is development: set it to production")},
		{name: "sign-in", err: c.asProduction().checkSignIn()},
		{name: "address", err: c.checkAddress()},
		{name: "keys", err: c.checkKeys()},
		{name: "mail server", err: missingIf(c.SMTPURL == "", "SMTP_URL is not set: nobody gets a mail")},
		{name: "custodian", err: missingIf(c.Custodian == defaultCustodian, "RECOURSE_CUSTODIAN is not set: papers name who runs this installation")},
		{name: "seal", optional: true, err: missingIf(c.Sealing.Cert == "", "SEAL_CERT and SEAL_KEY are not set: dossiers have no seal")},
		{name: "time stamps", optional: true, err: missingIf(c.Sealing.TSA == "", "TSA_URL is not set: documents state that no outside time proves them")},
		{name: "stills of films", optional: true, err: missingIf(stills.FindTools().FFmpeg == "", "ffmpeg is not installed: films are shown as a sheet of facts")},
	}
	_, err := dossier.LoadFonts(c.Fonts)
	return append(findings, finding{name: "fonts", err: err})
}

// examineServices looks at what the processes need to run. Without keys they cannot be
// opened.
func examineServices(ctx context.Context, c config) []finding {
	if err := c.checkKeys(); err != nil {
		return []finding{{name: "database and workflow engine", err: errors.New("create the keys first, then look again")}}
	}
	d, err := openApp(ctx, c)
	if err != nil {
		return []finding{{name: "database", err: err}}
	}
	defer d.closeAll()
	ready := d.store.CheckReady(ctx)
	findings := []finding{{name: "database", err: ready}, {name: "workflow engine", err: d.service.Engine.CheckHealth(ctx)}}
	if ready == nil {
		findings = append(findings,
			finding{name: "development accounts", err: refuseDevelopmentAccounts(ctx, c.asProduction(), d.service)},
			finding{name: "administrator", err: checkAdministrator(ctx, d.service)},
		)
	}
	return findings
}

// asProduction is the configuration under the profile that the doctor looks for.
func (c config) asProduction() config {
	c.Profile = production
	return c
}

func (c config) checkAddress() error {
	return missingIf(!strings.HasPrefix(c.URL, "https://"),
		"RECOURSE_URL is not an https address: links in mails and cookies need the address at which people open the pages")
}

// checkKeys reports missing keys, and keys that others on this machine can read.
func (c config) checkKeys() error {
	for _, name := range []string{"payload.key", firstKeyFile} {
		info, err := os.Stat(c.dataPath("keys", name))
		if err != nil {
			return fmt.Errorf("%s is missing: run 'recourse key init'", filepath.Join(c.dataPath("keys"), name))
		}
		const others = 0o077
		if info.Mode().Perm()&others != 0 {
			return fmt.Errorf("%s can be read by others: run chmod 600 on it", c.dataPath("keys", name))
		}
	}
	return nil
}

// checkAdministrator expects somebody who can manage the installation.
func checkAdministrator(ctx context.Context, service *casework.Service) error {
	users, err := service.Accounts(ctx, recovery.RoleAdmin)
	if err != nil {
		return err
	}
	for _, user := range users {
		if user.Active && !isDevelopmentAccount(user) {
			return nil
		}
	}
	return errors.New("there is no administrator: run 'recourse user add --role admin --email …'")
}

func missingIf(missing bool, advice string) error {
	if missing {
		return errors.New(advice)
	}
	return nil
}

// printFindings lists the findings and returns an error if something required is missing.
func printFindings(out io.Writer, findings []finding) error {
	missing := 0
	for _, one := range findings {
		line := "ok       " + one.name
		switch {
		case one.err != nil && one.optional:
			line = "without  " + one.name + ": " + one.err.Error()
		case one.err != nil:
			missing++
			line = "missing  " + one.name + ": " + one.err.Error()
		}
		if _, err := fmt.Fprintln(out, line); err != nil {
			return err
		}
	}
	if missing > 0 {
		return fmt.Errorf("%d of %d are missing for production", missing, len(findings))
	}
	return nil
}
