package verify

import (
	"crypto/sha256"
	"encoding/hex"
)

// tree is the right edge of a Merkle tree (RFC 6962 §2.1): the roots of its
// full subtrees, largest first.
type tree struct {
	size uint64
	edge [][sha256.Size]byte
}

func (t *tree) add(leaf [sha256.Size]byte) {
	t.edge = append(t.edge, leaf)
	t.size++
	for left := t.size; left&1 == 0; left >>= 1 {
		last := len(t.edge) - 1
		t.edge[last-1] = hashPair(&t.edge[last-1], &t.edge[last])
		t.edge = t.edge[:last]
	}
}

// root is lower-case hex.
func (t *tree) root() string {
	if t.size == 0 {
		sum := sha256.Sum256(nil)
		return hex.EncodeToString(sum[:])
	}
	root := t.edge[len(t.edge)-1]
	for i := len(t.edge) - 2; i >= 0; i-- {
		root = hashPair(&t.edge[i], &root)
	}
	return hex.EncodeToString(root[:])
}

// hashLeaf hashes 0x00 ‖ data; hashPair 0x01 ‖ left ‖ right.
func hashLeaf(data []byte) (leaf [sha256.Size]byte) {
	hash := sha256.New()
	hash.Write([]byte{0})
	hash.Write(data)
	hash.Sum(leaf[:0])
	return leaf
}

func hashPair(left, right *[sha256.Size]byte) [sha256.Size]byte {
	var both [1 + 2*sha256.Size]byte
	both[0] = 1
	copy(both[1:], left[:])
	copy(both[1+sha256.Size:], right[:])
	return sha256.Sum256(both[:])
}
