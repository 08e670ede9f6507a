#pragma once

#include <QString>
#include <string>

namespace salient {

/// The report's page (toHtml()) on paper: A4 across, light colours, its plots as pictures. Any thread. Throws Error{Io}.
void writeReportPdf(const std::string& html, const QString& file);

}  // namespace salient
