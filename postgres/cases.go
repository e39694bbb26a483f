package postgres

import (
	"context"
	"encoding/base64"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"recourse/recovery"
)

const selectCase = `select id, number, platform, instrument, amount_fen as amount, sent_at, transaction_no, reason, claim_state,
	row(group_kind, group_size) as "group", claimant, counterparts, narrative, sends, payer, position, corrections, deadlines, assignee, owner, representative, playbook, pace,
	created_at, closed_at, shared, version, held_since, restricted_at, erased_at from cases`

// ReadCase reads a case by its id. Errors: CodeNotFound.
func (s *Store) ReadCase(ctx context.Context, id recovery.CaseID) (recovery.Case, error) {
	return queryOne[recovery.Case](ctx, s, "case", selectCase+` where id = $1`, id)
}

// CaseByNumber reads a case by its public number. Errors: CodeNotFound.
func (s *Store) CaseByNumber(ctx context.Context, number recovery.CaseNumber) (recovery.Case, error) {
	return queryOne[recovery.Case](ctx, s, "case", selectCase+` where number = $1`, number)
}

// ListCases lists cases, newest first, starting after a cursor ("" for the first
// page). next is "" on the last page. New cases neither repeat nor hide rows on
// later pages. Errors: CodeInvalid for field cursor.
func (s *Store) ListCases(
	ctx context.Context, f recovery.CaseFilter, limit int, cursor string,
) (items []recovery.Case, next string, err error) {
	limit = min(max(limit, 1), recovery.MaxPage)
	sql, args, err := caseListQuery(f, limit, cursor)
	if err != nil {
		return nil, "", err
	}
	items, err = queryAll[recovery.Case](ctx, s, "list cases", sql, args...)
	if err != nil || len(items) <= limit {
		return items, "", err
	}
	last := items[limit-1]
	return items[:limit], encodeCursor(last.CreatedAt, string(last.ID)), nil
}

// caseListQuery builds the statement for one page and one more row, which shows
// that another page follows. It contains only the conditions in use and is
// planned for each set of values, because stages differ widely in their number
// of cases.
func caseListQuery(f recovery.CaseFilter, limit int, cursor string) (string, []any, error) {
	c := newConditions()
	c.addFilter(f)
	if cursor != "" {
		at, id, err := decodeCursor(cursor)
		if err != nil {
			return "", nil, err
		}
		c.addCondition("(created_at, id) < (%s, %s)", at, id)
	}
	newest := " order by created_at desc, id desc limit " + strconv.Itoa(limit+1)
	if f.Owner == "" {
		return selectCase + c.whereClause() + newest, c.args, nil
	}
	// A union of two lists, each read along its own index: "or" would scan
	// every case.
	owned, represented := *c, *c
	owned.texts, represented.texts = slices.Clone(c.texts), slices.Clone(c.texts)
	owned.addCondition("owner = %s", string(f.Owner))
	represented.args = owned.args
	represented.addCondition("representative = %s and representative <> '' and owner <> representative", string(f.Owner))
	return "select * from ((" + selectCase + owned.whereClause() + newest + ") union all (" + selectCase + represented.whereClause() +
		newest + ")) parties" + newest, represented.args, nil
}

// conditions collects the conditions of a statement and their arguments.
type conditions struct {
	texts []string
	args  []any // the first is the execution mode, not a parameter
}

func newConditions() *conditions { return &conditions{args: []any{pgx.QueryExecModeCacheDescribe}} }

// whereClause joins the conditions; it is empty without any.
func (c *conditions) whereClause() string {
	if len(c.texts) == 0 {
		return ""
	}
	return " where " + strings.Join(c.texts, " and ")
}

// addCondition adds a condition; each %s is replaced by the next value.
func (c *conditions) addCondition(text string, values ...any) {
	places := make([]any, len(values))
	for i, value := range values {
		places[i] = "$" + strconv.Itoa(len(c.args))
		c.args = append(c.args, value)
	}
	c.texts = append(c.texts, fmt.Sprintf(text, places...))
}

func (c *conditions) addFilter(f recovery.CaseFilter) {
	addEqual(c, "stage", f.Stage)
	addEqual(c, "waiting_on", f.WaitingOn)
	addEqual(c, "outcome", f.Outcome)
	addEqual(c, "platform", f.Platform)
	addEqual(c, "assignee", f.Assignee)
	if f.Assignee != "" {
		c.addCondition("assignee <> ''") // lets the planner use the index without unassigned cases
	}
	if f.Unassigned {
		c.addCondition("assignee = '' and closed_at is null")
	}
	if f.OpenOnly {
		c.addCondition("closed_at is null")
	}
	if f.DueBefore != nil {
		c.addCondition("due_at < %s", *f.DueBefore)
	}
	c.addSearch(f.Query)
}

func addEqual[T ~string](c *conditions, column string, value T) {
	if value != "" {
		c.addCondition(column+" = %s", string(value))
	}
}

// encodeCursor encodes the place after a row; decodeCursor reads it.
func encodeCursor(at time.Time, id string) string {
	return base64.RawURLEncoding.EncodeToString([]byte(strconv.FormatInt(at.UnixMicro(), 10) + " " + id))
}

func faultyCursor() error {
	return recovery.Invalid([]recovery.FieldFault{
		{Field: "cursor", Code: "malformed", Detail: "The cursor is invalid. Use next_cursor of the previous page."},
	})
}

func decodeCursor(cursor string) (time.Time, string, error) {
	faulty := faultyCursor()
	raw, err := base64.RawURLEncoding.DecodeString(cursor)
	if err != nil {
		return time.Time{}, "", faulty
	}
	micro, id, found := strings.Cut(string(raw), " ")
	at, err := strconv.ParseInt(micro, 10, 64)
	if err != nil || !found || id == "" || len(id) > 64 || strings.ContainsFunc(id, isNotPrintable) {
		return time.Time{}, "", faulty
	}
	if at < 0 || at > maxCursorMicros {
		return time.Time{}, "", faulty
	}
	return time.UnixMicro(at).UTC(), id, nil
}

// maxCursorMicros is in the year 9999, the last that other programs accept.
const maxCursorMicros = 253_402_300_799_999_999

func isNotPrintable(r rune) bool { return r <= ' ' || r > '~' }
