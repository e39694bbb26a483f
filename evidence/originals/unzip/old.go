package unzip

import "hash/crc32"

// oldHeader is the size of what precedes the data in the old encryption
// (APPNOTE.TXT, 6.1).
const oldHeader = 12

// oldKeys are the state of the old encryption.
type oldKeys [3]uint32

func newOldKeys(password string) oldKeys {
	k := oldKeys{0x12345678, 0x23456789, 0x34567890}
	for i := range len(password) {
		k.update(password[i])
	}
	return k
}

func (k *oldKeys) update(plain byte) {
	k[0] = nextCRC(k[0], plain)
	k[1] = (k[1]+k[0]&0xff)*134_775_813 + 1
	k[2] = nextCRC(k[2], byte(k[1]>>24))
}

func nextCRC(crc uint32, b byte) uint32 { return crc32.IEEETable[byte(crc)^b] ^ crc>>8 }

func (k *oldKeys) decrypt(b byte) byte {
	mixed := uint16(k[2]) | 2
	plain := b ^ byte((uint32(mixed)*uint32(mixed^1))>>8)
	k.update(plain)
	return plain
}

// decryptOld decrypts in place. The last byte of the header is check, if the password is
// right.
func decryptOld(raw []byte, check byte, password string) ([]byte, error) {
	if len(raw) < oldHeader {
		return nil, ErrDamaged
	}
	keys := newOldKeys(password)
	for i := range raw {
		raw[i] = keys.decrypt(raw[i])
		if i == oldHeader-1 && raw[i] != check {
			return nil, ErrWrongPassword
		}
	}
	return raw[oldHeader:], nil
}
