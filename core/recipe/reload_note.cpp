#include "core/recipe/reload_note.h"

namespace salient {

namespace {

constexpr const char* kSubject = "reloaded";  // which verificationLine() looks for
constexpr const char* kAllTheSame = "; every tensor was compared with what was meant all the same";

}  // namespace

std::string whyNotReloaded(const std::string& inputs) {
    return "the check by perplexity does not apply: statistics came from a file, " + inputs +
           ", so that there are no calibration tokens to run";
}

Finding notReloaded(const std::string& inputs, const ExportOptions& written) {
    const auto note = [](const std::string& why) { return Finding{Severity::Note, kSubject, why}; };
    if (!inputs.empty()) return note(whyNotReloaded(inputs) + kAllTheSame);
    if (written.format == ExportFormat::Gguf && roundsWeights(written.gguf_weights)) {
        return note("the check by perplexity does not apply: " + std::string(name(written.gguf_weights)) + " rounds the weights once more" +
                    kAllTheSame);
    }
    return note("not run, since blocks that an earlier start made are not in memory");
}

}  // namespace salient
