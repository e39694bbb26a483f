package main

import (
	"bytes"
	"crypto/rand"
	"errors"
	"fmt"
	"os"

	"recourse/activities"
	"recourse/evidence/seal"
	"recourse/worker"
)

// sealConfig configures seals and time stamps. All fields except TSA, an address, are
// paths.
type sealConfig struct {
	Cert string `env:"SEAL_CERT"`
	Key  string `env:"SEAL_KEY"`
	TSA  string `env:"TSA_URL"`
	CA   string `env:"TSA_CA"`
}

// developmentSeal has the certificates and then the key of the authority that
// development creates for itself.
const developmentSeal = "development-seal.pem"

// loadIdentity returns the identity that seals dossiers, nil if they are not sealed.
// Development seals with its own authority, and its documents state it.
func (c config) loadIdentity() (*seal.Identity, error) {
	switch {
	case c.Sealing.Cert == "" && c.Sealing.Key == "" && c.Profile == development:
		return developmentIdentity(c)
	case c.Sealing.Cert == "" && c.Sealing.Key == "":
		return nil, nil //nolint:nilnil // a seal is optional
	case c.Sealing.Cert == "" || c.Sealing.Key == "":
		return nil, errors.New("SEAL_CERT and SEAL_KEY must both be set: a certificate chain and its key")
	}
	certificates, err := os.ReadFile(c.Sealing.Cert)
	if err != nil {
		return nil, fmt.Errorf("SEAL_CERT: %w", err)
	}
	key, err := os.ReadFile(c.Sealing.Key)
	if err != nil {
		return nil, fmt.Errorf("SEAL_KEY: %w", err)
	}
	identity, err := seal.LoadIdentity(certificates, key)
	if err == nil && identity.IsDevelopment() && c.Profile == production {
		err = errors.New("SEAL_CERT is a development certificate: documents sealed with it have no legal effect")
	}
	return identity, err
}

func developmentIdentity(c config) (*seal.Identity, error) {
	text, err := loadOrCreateKey(c, developmentSeal, func() (string, error) {
		certificates, key, err := seal.NewDevelopmentAuthority(currentTime(), rand.Reader)
		return string(certificates) + string(key), err
	})
	if err != nil {
		return nil, err
	}
	certificates, key, found := bytes.Cut([]byte(text), []byte("-----BEGIN PRIVATE KEY-----"))
	if !found {
		return nil, fmt.Errorf("%s has no key: remove it, and a new one is created", c.dataPath("keys", developmentSeal))
	}
	return seal.LoadIdentity(certificates, append([]byte("-----BEGIN PRIVATE KEY-----"), key...))
}

// checkAuthority refuses a time-stamping authority whose replies others could change.
func (c config) checkAuthority() error {
	if c.Sealing.TSA == "" {
		return nil
	}
	if err := seal.CheckAuthorityURL(c.Sealing.TSA, c.Profile == development); err != nil {
		return fmt.Errorf("TSA_URL: %w", err)
	}
	return nil
}

// newStamper returns the time-stamping authority, nil if none is configured.
func (c config) newStamper() (seal.Stamper, error) {
	switch {
	case c.Sealing.TSA == "" && c.Sealing.CA == "":
		return nil, nil //nolint:nilnil // an authority is optional
	case c.Sealing.TSA == "" || c.Sealing.CA == "":
		return nil, errors.New("TSA_URL and TSA_CA must both be set: the address of an authority and its root certificates")
	}
	if err := c.checkAuthority(); err != nil {
		return nil, err
	}
	roots, err := os.ReadFile(c.Sealing.CA)
	if err != nil {
		return nil, fmt.Errorf("TSA_CA: %w", err)
	}
	return seal.NewAuthority(c.Sealing.TSA, roots, rand.Reader)
}

// newStamps returns the activity that stamps checkpoints, nil without an authority.
func (d *app) newStamps() (*activities.Stamps, error) {
	stamper, err := d.config.newStamper()
	if stamper == nil || err != nil {
		return nil, err
	}
	return &activities.Stamps{Record: d.store, Stamper: stamper, Loops: d.loops}, nil
}

func (d *app) stampWorker(work *activities.Stamps) *worker.Stamps {
	if work == nil {
		return nil
	}
	return &worker.Stamps{Work: work}
}
