package verify

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"time"
)

const (
	manifestPath = "manifest-sha256.txt"
	tagsPath     = "tagmanifest-sha256.txt"

	maxInfo = 64 << 10
)

// checkPayload holds every file under data/ against the manifest.
func (c *check) checkPayload() error {
	digest, err := c.checkManifest(manifestPath, func(path string) bool { return strings.HasPrefix(path, "data/") })
	if err != nil {
		return err
	}
	c.summary.Fingerprint = digest
	for _, named := range []map[string]string{c.layout.originals, c.layout.shown} {
		for _, digest := range slices.Sorted(maps.Keys(named)) {
			if path := named[digest]; c.sums[path] != digest {
				return finding(path, "its bytes have the SHA-256 %s", c.sums[path])
			}
		}
	}
	return nil
}

// checkTags holds the files beside data/ against the tag manifest, and what
// they say against the rest.
func (c *check) checkTags() error {
	_, err := c.checkManifest(tagsPath, func(path string) bool {
		return !strings.HasPrefix(path, "data/") && path != tagsPath && path != sealPath
	})
	if err != nil {
		return err
	}
	octets, files := int64(0), 0
	for path, m := range c.box.members {
		if strings.HasPrefix(path, "data/") {
			octets, files = octets+m.size, files+1
		}
	}
	info := fmt.Sprintf("Source-Organization: %s\nExternal-Identifier: %s\nBagging-Date: %s\nBag-Software-Agent: %s\nPayload-Oxum: %d.%d\n",
		c.about.custodian, c.about.number, c.about.at.Format(time.DateOnly), c.about.generator, octets, files)
	if err := c.same("bagit.txt", "BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n"); err != nil {
		return err
	}
	return c.same("bag-info.txt", info)
}

func (c *check) same(path, wanted string) error {
	raw, err := c.small(path, maxInfo)
	if err == nil && string(raw) != wanted {
		return finding(path, "does not say what follows from the bag itself")
	}
	return err
}

// checkManifest reads a manifest and every file it has to name, and gives the
// manifest's own digest. Lines are sorted by path.
func (c *check) checkManifest(manifest string, covers func(string) bool) (string, error) {
	r, err := c.box.open(manifest)
	if err != nil {
		return "", err
	}
	hash := sha256.New()
	in := newLines(manifest, io.TeeReader(r, hash))
	for _, path := range slices.Sorted(maps.Keys(c.box.members)) {
		if !covers(path) {
			continue
		}
		line, err := in.next()
		if err != nil && !errors.Is(err, io.EOF) {
			return "", err
		}
		digest, named := strings.CutSuffix(string(line), "  "+path)
		if !named || !isDigest([]byte(digest)) {
			return "", finding(manifest, "does not name %s where it should", path)
		}
		if err := c.checkDigest(path, digest, manifest); err != nil {
			return "", err
		}
	}
	if _, err := in.next(); !errors.Is(err, io.EOF) {
		if err == nil {
			err = finding(manifest, "names more files than there are")
		}
		return "", err
	}
	return hex.EncodeToString(hash.Sum(nil)), nil
}

func (c *check) checkDigest(path, digest, manifest string) error {
	if c.sums[path] == "" {
		sum, err := c.digest(path)
		if err != nil {
			return err
		}
		c.sums[path] = sum
	}
	if c.sums[path] != digest {
		return finding(path, "its SHA-256 is not the one in %s", manifest)
	}
	return nil
}

// digest reads a file through.
func (c *check) digest(path string) (string, error) {
	r, err := c.box.open(path)
	if err != nil {
		return "", err
	}
	hash := sha256.New()
	if _, err := io.Copy(hash, r); err != nil {
		return "", err
	}
	return hex.EncodeToString(hash.Sum(nil)), nil
}

// checkSeal checks the signature over the tag manifest, if the bag has one.
func (c *check) checkSeal() error {
	if !c.layout.sealed {
		return nil
	}
	lines, err := c.signed(sealPath, 2)
	if err != nil {
		return err
	}
	if lines[0] != "recourse/bag/"+c.point.caseID {
		return finding(sealPath, "it seals a bag of another case")
	}
	sum, err := c.digest(tagsPath)
	if err != nil {
		return err
	}
	if lines[1] != sum {
		return finding(sealPath, "it seals another %s", tagsPath)
	}
	return nil
}
