package intake

import (
	"bytes"
	"encoding/binary"
	"slices"
	"strings"
)

const mediaAVIF = "image/avif"

// imageBrands are the brands of pictures in boxes (ISO/IEC 14496-12): HEIF (23008-12),
// AVIF, MIAF (23000-22) and camera formats that are based on them.
var imageBrands = map[string]string{
	"heic": mediaHEIC, "heix": mediaHEIC, "heim": mediaHEIC, "heis": mediaHEIC,
	"hevc": "image/heic-sequence", "hevx": "image/heic-sequence", "hevm": "image/heic-sequence", "hevs": "image/heic-sequence",
	"avif": mediaAVIF, "avis": mediaAVIF, "avio": mediaAVIF, "MA1A": mediaAVIF, "MA1B": mediaAVIF,
	"mif1": mediaHEIF, "mif2": mediaHEIF, "mif3": mediaHEIF, "miaf": mediaHEIF, "MiHE": mediaHEIF, "MiHA": mediaHEIF, "MiHB": mediaHEIF,
	"avci": mediaHEIF, "heif": mediaHEIF, "jpeg": mediaHEIF, "j2ki": mediaHEIF, "vvic": mediaHEIF, "evbi": mediaHEIF,
	"msf1": "image/heif-sequence", "avcs": "image/heif-sequence", "jpgs": "image/heif-sequence",
	"crx ": "image/x-canon-cr3", //nolint:gocritic // brands have four characters
}

// filmBrands are the beginnings of brands of films and sound.
var filmBrands = []string{
	"iso", "mp4", "mp7", "avc1", "M4", "F4", "f4", "qt", "3g", "dash", "cmf", "hvc1", "hev1", "av01", "mmp4", "MSNV", "NDAS", "XAVC", "KDDI",
	"mqt", "piff", "msdh", "msix", "nvr", "caqv", "dby1",
}

// boxedMedia corrects the type of a file that begins with a type box. The library calls
// every such file a film whose main brand it does not know, and goes by the main brand
// only, which for many pictures is a general one.
func boxedMedia(head []byte, detected string) string {
	if len(head) < 12 || head[0] != 0 || string(head[4:8]) != "ftyp" {
		return detected
	}
	brands := listBrands(head)
	picture := imageBrands[brands[0]]
	switch isFilm := slices.ContainsFunc(brands, isFilmBrand); {
	case picture != "" && picture != mediaHEIF:
		return picture
	case picture == mediaHEIF, holdsPicture(head), !isFilm && slices.ContainsFunc(brands, isImageBrand):
		return mostSpecific(brands)
	default:
		return detected
	}
}

// listBrands returns the main brand of a type box and the compatible ones.
func listBrands(head []byte) []string {
	end := min(len(head), int(min(binary.BigEndian.Uint32(head), 1<<10)))
	brands := []string{string(head[8:12])}
	for at := 16; at+4 <= end; at += 4 {
		brands = append(brands, string(head[at:at+4]))
	}
	return brands
}

func isImageBrand(brand string) bool { return imageBrands[brand] != "" }

func isFilmBrand(brand string) bool {
	return slices.ContainsFunc(filmBrands, func(start string) bool { return strings.HasPrefix(brand, start) })
}

// mostSpecific returns the type of a picture that names a general brand: what decodes it
// follows from the others.
func mostSpecific(brands []string) string {
	for _, media := range []string{mediaAVIF, mediaHEIC} {
		if slices.ContainsFunc(brands, func(brand string) bool { return imageBrands[brand] == media }) {
			return media
		}
	}
	return mediaHEIF
}

// holdsPicture reports whether the first box after the type box describes a picture, as in
// files that call themselves films.
func holdsPicture(head []byte) bool {
	size := int(min(binary.BigEndian.Uint32(head), 1<<10))
	if size < 8 || size+12 > len(head) || string(head[size+4:size+8]) != "meta" {
		return false
	}
	body := head[size+8:]
	at := bytes.Index(body, []byte("hdlr"))
	return at >= 0 && at+16 <= len(body) && string(body[at+12:at+16]) == "pict"
}
