package playbook

import "time"

// The parts of an answer, each for itself.

func (b *Book) Strategy(f AssessmentFacts, now time.Time, incomes Incomes) Strategy {
	return b.view(f, now, incomes).strategy()
}

func (b *Book) Routes(f AssessmentFacts, now time.Time, incomes Incomes, known Experience) []RouteOption {
	return b.view(f, now, incomes).routes(known)
}

func (b *Book) Precedents(f AssessmentFacts, now time.Time, lessons []Lesson) []Precedent {
	return b.view(f, now, nil).precedents(lessons)
}

func (b *Book) SendingQuestions(at time.Time) []Question { return b.questions(aboutSending, at) }
