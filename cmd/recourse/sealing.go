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

// sealing is what the environment decides about seals and outside time. All are
// paths but the address.
type sealing struct {
	Cert string `env:"SEAL_CERT"`
	Key  string `env:"SEAL_KEY"`
	TSA  string `env:"TSA_URL"`
	CA   string `env:"TSA_CA"`
}

// developmentSeal holds the certificates and, last, the key of the authority
// that development makes for itself.
const developmentSeal = "development-seal.pem"

// identity is who seals the dossiers; nil when nobody does. Development seals
// under an authority of its own making, and its papers say so.
func (c config) identity() (*seal.Identity, error) {
	switch {
	case c.Sealing.Cert == "" && c.Sealing.Key == "" && c.Profile == development:
		return developmentIdentity(c)
	case c.Sealing.Cert == "" && c.Sealing.Key == "":
		return nil, nil //nolint:nilnil // nobody is a setting, too
	case c.Sealing.Cert == "" || c.Sealing.Key == "":
		return nil, errors.New("SEAL_CERT and SEAL_KEY belong together: a certificate with those above it, and its key")
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
	if err == nil && identity.Development() && c.Profile == production {
		err = errors.New("SEAL_CERT is a development certificate: papers sealed with it have no legal effect")
	}
	return identity, err
}

func developmentIdentity(c config) (*seal.Identity, error) {
	text, err := keyFile(c, developmentSeal, func() (string, error) {
		certificates, key, err := seal.DevelopmentAuthority(now(), rand.Reader)
		return string(certificates) + string(key), err
	})
	if err != nil {
		return nil, err
	}
	certificates, key, found := bytes.Cut([]byte(text), []byte("-----BEGIN PRIVATE KEY-----"))
	if !found {
		return nil, fmt.Errorf("%s holds no key: remove it and another is made", c.path("keys", developmentSeal))
	}
	return seal.LoadIdentity(certificates, append([]byte("-----BEGIN PRIVATE KEY-----"), key...))
}

// stamper is the authority that gives outside time; nil when none is set.
func (c config) stamper() (seal.Stamper, error) {
	switch {
	case c.Sealing.TSA == "" && c.Sealing.CA == "":
		return nil, nil //nolint:nilnil // none is a setting, too
	case c.Sealing.TSA == "" || c.Sealing.CA == "":
		return nil, errors.New("TSA_URL and TSA_CA belong together: an authority's address, and the certificates its stamps lead to")
	}
	roots, err := os.ReadFile(c.Sealing.CA)
	if err != nil {
		return nil, fmt.Errorf("TSA_CA: %w", err)
	}
	return seal.NewAuthority(c.Sealing.TSA, roots, rand.Reader)
}

// stamps has the authority stamp checkpoints; nil when none is set.
func (d *desk) stamps() (*activities.Stamps, error) {
	stamper, err := d.config.stamper()
	if stamper == nil || err != nil {
		return nil, err
	}
	return &activities.Stamps{Record: d.store, Stamper: stamper}, nil
}

func (d *desk) stamping(work *activities.Stamps) *worker.Stamps {
	if work == nil {
		return nil
	}
	return &worker.Stamps{Work: work, Log: d.log}
}
