package postgres

import (
	"context"

	"recourse/recovery"
)

// relatedCases finds what a case has in common with others, by an index each.
const relatedCases = `with found as (
		(select o.case_id, 'same_payment' as overlap, '' as evidence_id
			from party_marks m join party_marks o on o.mark = m.mark and o.side = 'payment'
			where m.case_id = $1 and m.side = 'payment' and o.case_id <> $1 order by o.filed_at desc, o.case_id limit $2)
		union all
		(select o.case_id, 'same_file', min(m.id)
			from evidence m join evidence o on o.sha256 = m.sha256
			where m.case_id = $1 and o.case_id <> $1 group by o.case_id order by max(o.received_at) desc, o.case_id limit $2)
		union all
		(select o.case_id, 'same_picture', min(m.id)
			from evidence m join evidence_details d on d.evidence_id = m.id
			join evidence_details e on md5(e.report ->> 'sketch') = md5(d.report ->> 'sketch') and e.report ->> 'sketch' is not null
			join evidence o on o.id = e.evidence_id
			where m.case_id = $1 and o.case_id <> $1 and o.sha256 <> m.sha256
			group by o.case_id order by max(o.received_at) desc, o.case_id limit $2)
		union all
		(select o.case_id, 'same_payee', ''
			from party_marks m join party_marks o on o.mark = m.mark and o.side = 'counterpart'
			where m.case_id = $1 and m.side = 'counterpart' and o.case_id <> $1
			group by o.case_id order by max(o.filed_at) desc, o.case_id limit $2)
	)
	select c.id as case_id, c.number, f.overlap, f.evidence_id
	from found f join cases c on c.id = f.case_id
	where c.erased_at is null and c.restricted_at is null
	order by array_position($3::text[], f.overlap), c.created_at desc, c.id`

// RelatedCases lists other cases with the same payment, file, picture or payee, at most
// maxRelated for each. Erased and restricted cases are left out.
func (s *Store) RelatedCases(ctx context.Context, id recovery.CaseID) ([]recovery.RelatedCase, error) {
	return queryAll[recovery.RelatedCase](ctx, s, "related cases", relatedCases, id, maxRelated, recovery.ToStrings(recovery.Overlaps))
}
