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
	manifestPath    = "manifest-sha256.txt"
	tagManifestPath = "tagmanifest-sha256.txt"

	maxInfo = 64 << 10
)

// checkPayload compares every file under data/ with the manifest.
func (c *verification) checkPayload() error {
	digest, err := c.checkManifest(manifestPath, func(path string) bool { return strings.HasPrefix(path, "data/") })
	if err != nil {
		return err
	}
	c.summary.Fingerprint = digest
	for _, named := range []map[string]string{c.layout.originals, c.layout.copies} {
		for _, digest := range slices.Sorted(maps.Keys(named)) {
			if path := named[digest]; c.digests[path] != digest {
				return newFinding(path, "its bytes have the SHA-256 %s", c.digests[path])
			}
		}
	}
	return nil
}

// checkTagFiles compares the files outside data/ with the tag manifest, and their
// content with the rest of the bag.
func (c *verification) checkTagFiles() error {
	_, err := c.checkManifest(tagManifestPath, func(path string) bool {
		return !strings.HasPrefix(path, "data/") && path != tagManifestPath && path != sealPath
	})
	if err != nil {
		return err
	}
	octets, files := int64(0), 0
	for path, m := range c.container.members {
		if strings.HasPrefix(path, "data/") {
			octets, files = octets+m.size, files+1
		}
	}
	info := fmt.Sprintf("Source-Organization: %s\nExternal-Identifier: %s\nBagging-Date: %s\nBag-Software-Agent: %s\nPayload-Oxum: %d.%d\n",
		c.caseInfo.custodian, c.caseInfo.number, c.caseInfo.at.Format(time.DateOnly), c.caseInfo.generator, octets, files)
	if err := c.checkContent("bagit.txt", "BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n"); err != nil {
		return err
	}
	return c.checkContent("bag-info.txt", info)
}

func (c *verification) checkContent(path, wanted string) error {
	raw, err := c.readSmall(path, maxInfo)
	if err == nil && string(raw) != wanted {
		return newFinding(path, "its content does not match the bag")
	}
	return err
}

// checkManifest verifies a manifest and every file it must list, and returns the
// digest of the manifest itself. Lines must be sorted by path.
func (c *verification) checkManifest(manifest string, covers func(string) bool) (string, error) {
	r, err := c.container.openMember(manifest)
	if err != nil {
		return "", err
	}
	hash := sha256.New()
	in := newLineReader(manifest, io.TeeReader(r, hash))
	for _, path := range slices.Sorted(maps.Keys(c.container.members)) {
		if !covers(path) {
			continue
		}
		line, err := in.readLine()
		if err != nil && !errors.Is(err, io.EOF) {
			return "", err
		}
		digest, named := strings.CutSuffix(string(line), "  "+path)
		if !named || !isDigest([]byte(digest)) {
			return "", newFinding(manifest, "does not list %s in its place", path)
		}
		if err := c.checkDigest(path, digest, manifest); err != nil {
			return "", err
		}
	}
	if _, err := in.readLine(); !errors.Is(err, io.EOF) {
		if err == nil {
			err = newFinding(manifest, "lists more files than there are")
		}
		return "", err
	}
	return hex.EncodeToString(hash.Sum(nil)), nil
}

func (c *verification) checkDigest(path, digest, manifest string) error {
	if c.digests[path] == "" {
		sum, err := c.hashFile(path)
		if err != nil {
			return err
		}
		c.digests[path] = sum
	}
	if c.digests[path] != digest {
		return newFinding(path, "its SHA-256 is not the one in %s", manifest)
	}
	return nil
}

// hashFile returns the hex SHA-256 of a file.
func (c *verification) hashFile(path string) (string, error) {
	r, err := c.container.openMember(path)
	if err != nil {
		return "", err
	}
	hash := sha256.New()
	if _, err := io.Copy(hash, r); err != nil {
		return "", err
	}
	return hex.EncodeToString(hash.Sum(nil)), nil
}

// checkSeal verifies the signature over the tag manifest, if the bag has one.
func (c *verification) checkSeal() error {
	if !c.layout.sealed {
		return nil
	}
	lines, err := c.readNote(sealPath, 2)
	if err != nil {
		return err
	}
	if lines[0] != "recourse/bag/"+c.checkpoint.caseID {
		return newFinding(sealPath, "it is the seal of another case")
	}
	sum, err := c.hashFile(tagManifestPath)
	if err != nil {
		return err
	}
	if lines[1] != sum {
		return newFinding(sealPath, "it is the seal of another %s", tagManifestPath)
	}
	return nil
}
