package casework

// WaitForExaminations waits until no examination runs in the background.
func (s *Service) WaitForExaminations() { s.examining.running.Wait() }
