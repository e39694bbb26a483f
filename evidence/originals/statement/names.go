package statement

import (
	"regexp"
	"slices"
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// compareNames compares the name on a document with the claimant's names for
// people. "项目群老王" and "老王" agree, and so do "王*明" and "王小明", whichever of them
// has the stars.
func compareNames(found string, said []string) agreement {
	found = normalizeName(found)
	if found == "" || len(said) == 0 {
		return notStated
	}
	names := partsOfName(found)
	for _, alias := range said {
		if alias = normalizeName(alias); alias == "" {
			continue
		}
		for _, part := range partsOfName(alias) {
			if slices.ContainsFunc(names, func(name string) bool { return areAlike(name, part) }) {
				return same
			}
		}
	}
	return different
}

func areAlike(a, b string) bool {
	return strings.Contains(a, b) || strings.Contains(b, a) || matchesMasked(a, b) || matchesMasked(b, a)
}

// nickAndName matches a nickname with the masked real name behind it: 小明(**明).
var nickAndName = regexp.MustCompile(`^(.+)\((\p{Han}?\*+\p{Han}*)\)$`)

// partsOfName returns a name, and the two names in it if it has a masked one in brackets.
func partsOfName(name string) []string {
	if parts := nickAndName.FindStringSubmatch(name); parts != nil {
		return parts
	}
	return []string{name}
}

// normalizeName returns the form in which names are compared: without case, blanks,
// invisible characters and the dot within names, which has many code points and is often
// left out.
func normalizeName(name string) string {
	name = strings.Map(func(r rune) rune {
		switch {
		case unicode.IsSpace(r), unicode.Is(unicode.Cf, r), unicode.Is(unicode.Variation_Selector, r), strings.ContainsRune(nameDots, r):
			return -1
		case strings.ContainsRune(maskSigns, r):
			return '*'
		default:
			return r
		}
	}, strings.ToLower(norm.NFKC.String(name)))
	if name == "/" || name == "-" {
		return ""
	}
	return name
}

const (
	nameDots  = "·•‧∙⋅・･"
	maskSigns = "＊﹡∗✱⁎×●○◯〇■□█"
)

// maskStars matches the stars that wallets and banks put in place of parts of a name.
var maskStars = regexp.MustCompile(`\*+`)

// maskWords matches a family name with words in place of the given name: 王某某, 王xx.
var maskWords = regexp.MustCompile(`^(\p{Han}{1,2}?)(?:某{1,3}|x{1,3})$`)

// matchesMasked compares a name that contains stars with a full name. The text
// before and after the stars must be its beginning and its end. A name of stars only
// matches nothing.
func matchesMasked(found, alias string) bool {
	parts := maskStars.Split(maskWords.ReplaceAllString(found, "$1*"), -1)
	if len(parts) < 2 || strings.Join(parts, "") == "" {
		return false
	}
	first, last := parts[0], parts[len(parts)-1]
	return len(first)+len(last) <= len(alias) && strings.HasPrefix(alias, first) && strings.HasSuffix(alias, last)
}
