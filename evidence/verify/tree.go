package verify

import "crypto/sha256"

// tree is a hash tree (RFC 6962 §2.1), stored as the roots of its complete
// subtrees, largest first.
type tree struct {
	size     uint64
	subtrees [][sha256.Size]byte
	leaf     []byte // buffer that addEntry reuses
}

func (t *tree) addLeaf(leaf [sha256.Size]byte) {
	t.subtrees = append(t.subtrees, leaf)
	t.size++
	for left := t.size; left&1 == 0; left >>= 1 {
		last := len(t.subtrees) - 1
		t.subtrees[last-1] = hashPair(&t.subtrees[last-1], &t.subtrees[last])
		t.subtrees = t.subtrees[:last]
	}
}

func (t *tree) rootHash() [sha256.Size]byte {
	if t.size == 0 {
		return sha256.Sum256(nil)
	}
	root := t.subtrees[len(t.subtrees)-1]
	for i := len(t.subtrees) - 2; i >= 0; i-- {
		root = hashPair(&t.subtrees[i], &root)
	}
	return root
}

// addEntry adds the leaf SHA-256(0x00 ‖ data).
func (t *tree) addEntry(data []byte) {
	t.leaf = append(append(t.leaf[:0], 0), data...)
	t.addLeaf(sha256.Sum256(t.leaf))
}

// hashPair returns SHA-256(0x01 ‖ left ‖ right).
func hashPair(left, right *[sha256.Size]byte) [sha256.Size]byte {
	var both [1 + 2*sha256.Size]byte
	both[0] = 1
	copy(both[1:], left[:])
	copy(both[1+sha256.Size:], right[:])
	return sha256.Sum256(both[:])
}
