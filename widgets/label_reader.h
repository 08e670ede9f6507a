#pragma once

namespace salient {

/// Lets screen readers say of a label with an accessible name both that and what it shows, "Forecast of the time: …"; Qt alone says the
/// name in place of the text. Once is enough, before the first label is made; more does no harm.
void installLabelReader();

}  // namespace salient
