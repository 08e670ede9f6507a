#include "core/recipe/verification_line.h"

#include <algorithm>
#include <cstdio>

namespace salient {

std::string verificationLine(const VerifyReport& report) {
    const auto failures = std::count_if(report.findings.begin(), report.findings.end(),
                                        [](const Finding& finding) { return finding.severity == Severity::Failure; });
    std::string line = std::to_string(report.n_layers) + " quantized layers read back, " + std::to_string(report.n_layers_identical) +
                       " bit for bit as meant";
    if (report.worst_relative_weight_error >= 0.0) {
        char text[80];
        std::snprintf(text, sizeof text, ", largest relative weight error %.4f", report.worst_relative_weight_error);
        line += text;
    }
    for (const Finding& finding : report.findings) {
        if (finding.subject == "reloaded") line += "; reloaded: " + finding.message;
    }
    if (failures > 0) line += ", " + std::to_string(failures) + " failures";
    return line;
}

}  // namespace salient
