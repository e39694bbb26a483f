package api

import (
	"recourse/playbook"
	"recourse/recovery"
)

// The parts of an assessment, each with its fields in the order of their names.

func (p pen) recall(key string, r *playbook.Recall) pen {
	p = append(p, key...)
	p = p.instant(`{"arrives_at":`, r.ArrivesAt)
	p = p.flag(`,"disputed":`, r.Disputed)
	p = p.text(`,"how":`, r.How)
	p = p.flag(`,"possible":`, r.Possible)
	p = list(p, `,"readings":`, r.Readings, pen.reading)
	p = p.instant(`,"refund_at":`, r.RefundAt)
	p = p.texts(`,"steps":`, r.Steps)
	p = p.instant(`,"until":`, r.Until)
	p = p.texts(`,"warnings":`, r.Warnings)
	return append(p.texts(`,"who":`, r.Who), '}')
}

func (p pen) reading(r *playbook.Reading) pen {
	return append(p.text(`{"source":`, r.Source).text(`,"text":`, r.Text), '}')
}

func (p pen) planStep(s *playbook.PlanStep) pen {
	p = p.known(`{"due_in":`, s.DueIn)
	p = p.text(`,"stage":`, string(s.Stage))
	return append(p.text(`,"why":`, s.Why), '}')
}

func (p pen) strategy(key string, s *playbook.Strategy) pen {
	p = append(p, key...)
	p = p.text(`{"first":`, s.First)
	p = p.text(`,"id":`, s.ID)
	p = list(p, `,"notes":`, s.Notes, pen.note)
	p = p.text(`,"risk":`, s.Risk)
	p = p.text(`,"source":`, s.Source)
	return append(p.text(`,"then":`, s.Then), '}')
}

func (p pen) note(n *playbook.Note) pen {
	p = p.text(`{"applies":`, string(n.Applies))
	p = p.text(`,"code":`, n.Code)
	p = p.text(`,"source":`, n.Source)
	return append(p.text(`,"text":`, n.Text), '}')
}

func (p pen) characterisation(c *playbook.Characterisation) pen {
	p = p.texts(`{"against":`, c.Against)
	p = p.text(`,"article":`, c.Article)
	p = list(p, `,"articles":`, c.Articles, pen.citation)
	p = list(p, `,"missing":`, c.Missing, pen.question)
	p = p.text(`,"name":`, c.Name)
	p = p.text(`,"status":`, string(c.Status))
	p = p.texts(`,"supports":`, c.Supports)
	p = p.text(`,"theory":`, c.Theory)
	return append(p.text(`,"why":`, c.Why), '}')
}

func (p pen) citation(s *playbook.Source) pen {
	p = p.known(`{"edition":`, s.Edition)
	p = p.known(`,"mark":`, string(s.Mark))
	p = p.known(`,"section":`, s.Section)
	p = p.known(`,"statute":`, s.Statute)
	return append(p.text(`,"text":`, s.String()), '}')
}

func (p pen) question(q *playbook.Question) pen {
	return append(p.text(`{"signal":`, q.Signal).text(`,"text":`, q.Text), '}')
}

func (p pen) route(r *playbook.RouteOption) pen {
	p = p.interval(`{"chance":{"high":`, &r.Chance)
	p = p.text(`,"source":`, r.Chance.Source)
	p = number(p, `},"cost_fen":`, r.Cost)
	p = p.known(`,"cost_mark":`, string(r.CostMark))
	p = p.count(`,"days":{"high":`, r.Days.High)
	p = p.count(`,"low":`, r.Days.Low)
	p = number(p, `},"expected_value_fen":`, r.Value)
	p = p.text(`,"name":`, r.Name)
	p = p.flag(`,"open":`, r.Open)
	p = list(p, `,"questions":`, r.Questions, pen.question)
	p = p.flag(`,"recommended":`, r.Recommended)
	p = p.text(`,"route":`, string(r.Route))
	p = p.text(`,"source":`, r.Source)
	return append(p.texts(`,"why":`, r.Why), '}')
}

func (p pen) interval(key string, c *playbook.Chance) pen {
	return p.chance(key, c.High).chance(`,"low":`, c.Low).chance(`,"mean":`, c.Mean).count(`,"n":`, c.N)
}

func (p pen) forecast(key string, f *playbook.Forecast) pen {
	p = append(p, key...)
	p = p.texts(`{"claims":`, f.Claims)
	p = p.interval(`,"high":`, &f.Chance)
	p = p.text(`,"note":`, f.Note)
	return append(p.text(`,"source":`, f.Source), '}')
}

func (p pen) warning(w *playbook.Warning) pen {
	return append(p.text(`{"code":`, w.Code).text(`,"source":`, w.Source).text(`,"text":`, w.Text), '}')
}

func (p pen) requirement(r *recovery.Requirement) pen {
	p = p.text(`{"kind":`, string(r.Kind))
	p = p.flag(`,"required":`, r.Required)
	p = p.flag(`,"satisfied":`, r.Satisfied)
	return append(p.text(`,"why":`, r.Why), '}')
}

func (p pen) ready(t *playbook.Text) pen {
	p = p.text(`{"audience":`, t.Audience)
	p = p.text(`,"body":`, t.Body)
	p = p.text(`,"channel":`, t.Channel)
	p = p.text(`,"en":{"body":`, t.English.Body)
	p = p.text(`,"short":`, t.English.Short)
	p = p.text(`,"subject":`, t.English.Subject)
	p = p.text(`},"id":`, t.ID)
	p = p.text(`,"short":`, t.Short)
	p = p.text(`,"subject":`, t.Subject)
	return append(p.texts(`,"warnings":`, t.Warnings), '}')
}

func (p pen) precedent(e *playbook.Precedent) pen {
	days := &e.Days
	if e.Days <= 0 {
		days = nil
	}
	p = number(p, `{"days":`, days)
	p = p.text(`,"id":`, e.ID)
	p = number(p, `,"returned_percent":`, e.Returned)
	p = p.text(`,"route":`, string(e.Route))
	p = p.text(`,"source":`, e.Source)
	p = p.text(`,"story":`, e.Story)
	return append(p.texts(`,"why":`, e.Why), '}')
}
