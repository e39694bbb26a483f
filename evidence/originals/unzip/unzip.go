package unzip

import (
	"archive/zip"
	"bytes"
	"compress/flate"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"strings"
)

// Limits of an archive. A wallet mails one file, which packs to a tenth.
const (
	MaxFiles = 20
	MaxRatio = 300 // unpacked size to packed size, of a file of more than a megabyte

	freeRatio = 1 << 20
)

// The reasons for which an archive is not read.
var (
	ErrPasswordNeeded = errors.New("unzip: the archive has a password")
	ErrWrongPassword  = errors.New("unzip: this is not the password")
	ErrTooLarge       = errors.New("unzip: the archive has too many files, or unpacks to too much")
	ErrDamaged        = errors.New("unzip: the archive is damaged")
	ErrUnsupported    = errors.New("unzip: the archive is packed or encrypted in an unknown way")
)

// encryptedFlag marks a file with a password; descriptorFlag one whose sizes follow it.
const (
	encryptedFlag  = 1 << 0
	descriptorFlag = 1 << 3
	strongFlag     = 1 << 6
)

// File is a file of an archive.
type File struct {
	Name string

	file *zip.File
}

// List returns the files of an archive without folders and without what macOS adds.
// Errors: ErrDamaged, ErrTooLarge.
func List(archive io.ReaderAt, size int64) ([]File, error) {
	reader, err := zip.NewReader(archive, size)
	if err != nil && !errors.Is(err, zip.ErrInsecurePath) {
		return nil, ErrDamaged
	}
	var files []File
	for _, f := range reader.File {
		if f.Mode().IsDir() || strings.HasPrefix(f.Name, "__MACOSX/") || strings.HasSuffix(f.Name, ".DS_Store") {
			continue
		}
		if len(files) == MaxFiles {
			return nil, ErrTooLarge
		}
		files = append(files, File{Name: f.Name, file: f})
	}
	return files, nil
}

// IsLocked reports whether the file has a password.
func (f File) IsLocked() bool { return f.file.Flags&encryptedFlag != 0 }

// Read unpacks a file of at most limit bytes. Errors: ErrPasswordNeeded,
// ErrWrongPassword, ErrTooLarge, ErrDamaged, ErrUnsupported.
func (f File) Read(password string, limit int64) ([]byte, error) {
	packed := f.file.CompressedSize64
	if f.file.UncompressedSize64 > uint64(limit) || packed > uint64(limit) {
		return nil, ErrTooLarge
	}
	if f.IsLocked() && password == "" {
		return nil, ErrPasswordNeeded
	}
	raw, err := f.readRaw()
	if err != nil {
		return nil, err
	}
	plain, method, err := f.decrypt(raw, password)
	if err != nil {
		return nil, err
	}
	data, err := unpack(plain, method, min(limit, max(freeRatio, int64(len(plain))*MaxRatio)))
	if err != nil {
		return nil, f.wrongOr(err)
	}
	if !f.hasChecksum(data) {
		return nil, f.wrongOr(ErrDamaged)
	}
	return data, nil
}

// readRaw returns the packed bytes.
func (f File) readRaw() ([]byte, error) {
	body, err := f.file.OpenRaw()
	if err != nil {
		return nil, ErrDamaged
	}
	raw := make([]byte, f.file.CompressedSize64)
	if _, err := io.ReadFull(body, raw); err != nil {
		return nil, ErrDamaged
	}
	return raw, nil
}

// decrypt returns the packed bytes without encryption and the method of packing.
func (f File) decrypt(raw []byte, password string) (plain []byte, method uint16, err error) {
	switch {
	case f.file.Flags&strongFlag != 0:
		return nil, 0, ErrUnsupported
	case !f.IsLocked():
		return raw, f.file.Method, nil
	case f.file.Method == methodAES:
		return decryptAES(raw, f.file.Extra, password)
	default:
		plain, err = decryptOld(raw, f.checkByte(), password)
		return plain, f.file.Method, err
	}
}

// checkByte is the byte by which the old encryption recognises a wrong password in most
// cases.
func (f File) checkByte() byte {
	if f.file.Flags&descriptorFlag != 0 {
		return byte(f.file.ModifiedTime >> 8)
	}
	return byte(f.file.CRC32 >> 24)
}

// wrongOr returns ErrWrongPassword for a file in the old encryption, because one wrong
// password in 256 is noticed only by what it unpacks to.
func (f File) wrongOr(err error) error {
	if f.IsLocked() && f.file.Method != methodAES && !errors.Is(err, ErrUnsupported) {
		return ErrWrongPassword
	}
	return err
}

// hasChecksum checks what was unpacked. The second version of AES has no checksum, because
// its authentication code was checked before.
func (f File) hasChecksum(data []byte) bool {
	if f.file.Method == methodAES && f.file.CRC32 == 0 {
		return true
	}
	return crc32.ChecksumIEEE(data) == f.file.CRC32
}

func unpack(packed []byte, method uint16, limit int64) ([]byte, error) {
	switch method {
	case zip.Store:
		return packed, nil
	case zip.Deflate:
	default:
		return nil, ErrUnsupported
	}
	data, err := io.ReadAll(io.LimitReader(flate.NewReader(bytes.NewReader(packed)), limit+1))
	switch {
	case int64(len(data)) > limit:
		return nil, ErrTooLarge
	case err != nil:
		return nil, fmt.Errorf("%w: %w", ErrDamaged, err)
	default:
		return data, nil
	}
}
