package intake

import "image"

// HashOf returns the perceptual hash that Examine stores for a picture.
func HashOf(picture image.Image) PerceptualHash { return newPerceptualHash(picture) }
