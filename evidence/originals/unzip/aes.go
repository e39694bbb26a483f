package unzip

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/hmac"
	"crypto/pbkdf2"
	"crypto/sha1" //nolint:gosec // the format prescribes it
	"crypto/subtle"
	"encoding/binary"
)

// The encryption of WinZip, AE-1 and AE-2 (https://www.winzip.com/en/support/aes-encryption/):
// salt, two bytes that recognise a wrong password, AES in counter mode, ten bytes of
// HMAC-SHA1.
const (
	methodAES  = 99
	extraAES   = 0x9901
	iterations = 1000
	checkSize  = 2
	codeSize   = 10
)

// aesHeader is the extra field of a file: the strength of the key and the method of
// packing under the encryption.
type aesHeader struct {
	keySize int
	method  uint16
}

// readAESHeader finds the extra field.
func readAESHeader(extra []byte) (aesHeader, error) {
	for len(extra) >= 4 {
		id, size := binary.LittleEndian.Uint16(extra), int(binary.LittleEndian.Uint16(extra[2:]))
		if extra = extra[4:]; size > len(extra) {
			break
		}
		field := extra[:size]
		extra = extra[size:]
		if id != extraAES || size < 7 || string(field[2:4]) != "AE" || field[4] < 1 || field[4] > 3 {
			continue
		}
		return aesHeader{keySize: 8 + 8*int(field[4]), method: binary.LittleEndian.Uint16(field[5:])}, nil
	}
	return aesHeader{}, ErrUnsupported
}

func decryptAES(raw, extra []byte, password string) (plain []byte, method uint16, err error) {
	header, err := readAESHeader(extra)
	if err != nil {
		return nil, 0, err
	}
	saltSize := header.keySize / 2
	if len(raw) < saltSize+checkSize+codeSize {
		return nil, 0, ErrDamaged
	}
	keys, err := pbkdf2.Key(sha1.New, password, raw[:saltSize], iterations, 2*header.keySize+checkSize)
	if err != nil {
		return nil, 0, ErrUnsupported
	}
	if subtle.ConstantTimeCompare(keys[2*header.keySize:], raw[saltSize:saltSize+checkSize]) == 0 {
		return nil, 0, ErrWrongPassword
	}
	body, code := raw[saltSize+checkSize:len(raw)-codeSize], raw[len(raw)-codeSize:]
	mac := hmac.New(sha1.New, keys[header.keySize:2*header.keySize])
	mac.Write(body)
	if !hmac.Equal(mac.Sum(nil)[:codeSize], code) {
		return nil, 0, ErrDamaged
	}
	block, err := aes.NewCipher(keys[:header.keySize])
	if err != nil {
		return nil, 0, ErrUnsupported
	}
	xorCounter(block, body)
	return body, header.method, nil
}

// xorCounter decrypts in counter mode. The counter begins with 1 and has its low byte
// first, unlike that of the standard library.
func xorCounter(block cipher.Block, data []byte) {
	var counter, stream [aes.BlockSize]byte
	for number := uint64(1); len(data) > 0; number++ {
		binary.LittleEndian.PutUint64(counter[:], number)
		block.Encrypt(stream[:], counter[:])
		n := subtle.XORBytes(data, data, stream[:])
		data = data[n:]
	}
}
