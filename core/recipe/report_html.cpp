// The report as one page: style sheet, tables and charts are all inside; text from files and names is escaped.

#include <algorithm>
#include <cstdio>

#include "core/recipe/run.h"
#include "core/recipe/svg_chart.h"

namespace salient {

namespace {

constexpr const char* kStyle = R"css(
:root { color-scheme: light dark; --text: #1d2330; --muted: #5b6475; --page: #ffffff; --panel: #f5f7fa; --line: #d8dde6;
  --s0: #8f98a8; --s1: #0072b2; --s2: #d55e00; --s3: #009e73; --s4: #b0608c; --s5: #8a6700; --s6: #3f6f9f; --s7: #7a4f9e; --inside: #ffffff; }
@media (prefers-color-scheme: dark) { :root { --text: #e4e8f0; --muted: #9aa5b8; --page: #14171d; --panel: #1c2129; --line: #343b48;
  --s0: #7d8798; --s1: #56b4e9; --s2: #f08a4b; --s3: #35c49a; --s4: #e39cc4; --s5: #d9b53c; --s6: #8fb8e0; --s7: #c0a0e0; --inside: #14171d; } }
body { font: 15px/1.5 system-ui, sans-serif; color: var(--text); background: var(--page); max-width: 64rem; margin: 2rem auto; padding: 0 1.25rem; }
h1 { font-size: 1.7rem; margin: 0; } h2 { font-size: 1.2rem; margin: 2.2rem 0 .6rem; } p { margin: .4rem 0; }
.muted { color: var(--muted); } .warning { border-left: 3px solid var(--s2); padding-left: .7rem; margin: .3rem 0; }
.scroll { overflow-x: auto; } table { border-collapse: collapse; font-variant-numeric: tabular-nums; width: 100%; }
th, td { padding: .3rem .7rem; text-align: right; border-bottom: 1px solid var(--line); white-space: nowrap; }
th { color: var(--muted); font-weight: 600; } th:first-child, td:first-child, .left { text-align: left; }
figure { background: var(--panel); border: 1px solid var(--line); border-radius: 8px; margin: .8rem 0; padding: 1rem; }
figcaption { color: var(--muted); font-size: .9rem; margin-top: .4rem; } svg { width: 100%; height: auto; display: block; }
svg text { font-family: system-ui, sans-serif; font-size: 11px; fill: var(--muted); } svg text.title { font-size: 12px; fill: var(--text); }
svg text.inside { fill: var(--inside); } svg .grid { stroke: var(--line); } svg .row { stroke: var(--line); stroke-dasharray: 1 4; }
svg .segment { stroke: var(--panel); stroke-width: 1; } svg .reference { fill: none; stroke: var(--text); stroke-width: 2; }
svg .series0 { fill: var(--s0); } svg .series1 { fill: var(--s1); } svg .series2 { fill: var(--s2); } svg .series3 { fill: var(--s3); }
svg .series4 { fill: var(--s4); } svg .series5 { fill: var(--s5); }
svg .series6 { fill: var(--s6); } svg .series7 { fill: var(--s7); }
pre { background: var(--panel); border: 1px solid var(--line); border-radius: 8px; padding: .8rem; overflow-x: auto; }
details > summary { cursor: pointer; }
@media print { body { max-width: none; } details { display: block; } }
)css";

std::string formatted(const char* format, double value) {
    char text[64];
    std::snprintf(text, sizeof text, format, value);
    return text;
}

std::string percent(double fraction) { return formatted("%.4g %%", 100.0 * fraction); }

std::string size(std::int64_t bytes) {
    double value = static_cast<double>(bytes);
    for (const char* unit : {"%.0f B", "%.1f kB", "%.2f MB", "%.2f GB"}) {
        if (value < 1000.0) return formatted(unit, value);
        value /= 1000.0;
    }
    return formatted("%.2f TB", value);
}

std::string cell(const std::string& text, bool left = false) {
    return std::string(left ? "<td class=\"left\">" : "<td>") + escapeXml(text) + "</td>";
}

std::string heading(const std::vector<std::string>& titles) {
    std::string row = "<tr>";
    for (const std::string& title : titles) row += "<th scope=\"col\">" + escapeXml(title) + "</th>";
    return row + "</tr>";
}

std::string widths(const MethodSpec& method) {
    return "W" + std::to_string(method.grid.bits) + "A" + (method.activations == ActivationScale::None ? "16" : "8");
}

std::string grid(const MethodSpec& method) {
    const std::string unit = method.grid.per_tensor
                                 ? "per tensor"
                                 : (method.grid.group_size < 0 ? "per row" : "groups of " + std::to_string(method.grid.group_size));
    return unit + (method.grid.is_symmetric ? ", symmetric" : ", asymmetric") + (method.overrides.empty() ? "" : "; some layers otherwise");
}

std::string figure(const std::string& svg, const std::string& caption) {
    return "<figure>" + svg + "<figcaption>" + escapeXml(caption) + "</figcaption></figure>\n";
}

std::string calibrationProtocol(const Report& report) {
    if (!report.calibration_source.empty()) return report.calibration_source;
    return std::to_string(report.calibration_windows) + " windows of " + std::to_string(report.calibration_seq_len) + " tokens of " +
           report.recipe.calibration_text.filename().string() + ", seed " + std::to_string(report.recipe.samples.seed) + ", " +
           (report.recipe.compute == Compute::Float32 ? "float32" : "bfloat16");
}

std::string perplexityProtocol(const Report& report) {
    const PerplexityResult& measured = *report.full_precision;
    return report.recipe.evaluation_text.filename().string() + ", protocol " + std::string(name(measured.protocol)) + ", " +
           std::to_string(measured.n_windows) + " windows of " + std::to_string(measured.seq_len) + " tokens, " +
           std::to_string(measured.n_tokens) + " predictions scored, " + (measured.compute == Compute::Float32 ? "float32" : "bfloat16");
}

std::string summaryTable(const Report& report) {
    const bool has_perplexity = report.full_precision.has_value();
    std::vector<std::string> titles = {"run", "width", "grid", "bits per weight", "size", "relative output error"};
    if (has_perplexity) {
        titles.emplace_back("perplexity");
        titles.emplace_back("change");
        titles.emplace_back("mean KL, nats");
        titles.emplace_back("same top token");
    }
    titles.emplace_back("seconds");
    std::string html = "<div class=\"scroll\"><table>" + heading(titles);
    if (has_perplexity) {
        html += "<tr>" + cell("original", true) + cell("") + cell("") + cell("") + cell(size(report.original_bytes)) + cell("") +
                cell(formatted("%.5g", report.full_precision->perplexity)) + cell("") + cell("") + cell("") + cell("") + "</tr>";
    }
    for (const RunResult& run : report.runs) {
        html += "<tr>" + cell(run.name, true) + cell(widths(run.method)) + cell(grid(run.method)) +
                cell(formatted("%.3f", run.bits_per_weight)) + cell(size(run.bytes)) + cell(percent(run.relative_output_error));
        if (has_perplexity) {
            html += cell(run.perplexity ? formatted("%.5g", run.perplexity->perplexity) : "");
            html +=
                cell(run.perplexity ? formatted("%+.2f %%", 100.0 * (run.perplexity->perplexity / report.full_precision->perplexity - 1.0))
                                    : "");
            const Divergence* divergence = run.perplexity && run.perplexity->divergence ? &*run.perplexity->divergence : nullptr;
            html += cell(divergence != nullptr ? formatted("%.3g", divergence->mean_kl) : "");
            html += cell(divergence != nullptr ? percent(divergence->same_top) : "");
        }
        html += cell(formatted("%.3g", run.seconds)) + "</tr>";
    }
    return html + "</table></div>\n";
}

std::string paretoFigure(const Report& report) {
    std::vector<ScatterPoint> points;
    const bool has_perplexity = report.full_precision.has_value();
    for (const RunResult& run : report.runs) {
        if (has_perplexity && !run.perplexity) continue;
        points.push_back({run.name, run.bits_per_weight, has_perplexity ? run.perplexity->perplexity : 100.0 * run.relative_output_error});
    }
    if (points.empty()) return "";
    if (has_perplexity) points.push_back({"original", 16.0, report.full_precision->perplexity, true});
    const std::string y_title = has_perplexity ? "perplexity" : "relative output error, %";
    return figure(
        svgScatter(points, "bits per weight of the quantized layers, scales included", y_title, y_title + " over bits per weight"),
        has_perplexity ? "Lower left is better. " + perplexityProtocol(report) + "."
                       : "Lower left is better. " + calibrationProtocol(report) + ".");
}

std::string layerFigure(const Report& report, const RunResult& run) {
    // Plain rounding has no before: one dot per layer is all there is.
    const bool has_before = std::any_of(run.layers.begin(), run.layers.end(),
                                        [](const LayerReport& layer) { return layer.nearest.output_error != layer.error.output_error; });
    std::vector<DotRow> rows;
    for (const LayerReport& layer : run.layers) {
        const double after = 100.0 * layer.error.relative_output_error;
        DotRow row{layer.name, {after}};
        if (has_before) row.values = {100.0 * layer.nearest.relative_output_error, after};
        rows.push_back(std::move(row));
    }
    const std::vector<std::string> series =
        has_before ? std::vector<std::string>{"plain rounding on the same grid", run.name} : std::vector{run.name};
    return figure(svgDotPlot(series, rows, "relative output error, % (logarithmic)", "Relative output error of every layer, " + run.name),
                  "tr(D H D') / tr(W H W') per layer; H from " + calibrationProtocol(report) + ".");
}

/// Layers of one kind ("mlp.down_proj") taken together over all blocks, and over all experts ("experts.down_proj").
std::string kindOf(const std::string& layer) {
    const std::size_t last = layer.rfind('.');
    if (last == std::string::npos) return layer;
    const std::size_t before = layer.rfind('.', last - 1);
    if (before == std::string::npos) return layer;
    const bool is_expert = layer.find_first_not_of("0123456789", before + 1) == last;
    return is_expert ? "experts" + layer.substr(last) : layer.substr(before + 1);
}

std::string shareFigure(const Report& report) {
    std::vector<std::string> kinds;
    for (const RunResult& run : report.runs) {
        for (const LayerReport& layer : run.layers) {
            if (std::find(kinds.begin(), kinds.end(), kindOf(layer.name)) == kinds.end()) kinds.push_back(kindOf(layer.name));
        }
    }
    std::vector<ShareRow> rows;
    for (const RunResult& run : report.runs) {
        ShareRow row{run.name, std::vector<double>(kinds.size(), 0.0)};
        double total = 0.0;
        for (const LayerReport& layer : run.layers) {
            const auto kind = static_cast<std::size_t>(std::find(kinds.begin(), kinds.end(), kindOf(layer.name)) - kinds.begin());
            const double error = tokenShare(layer) * layer.error.output_error;
            row.shares[kind] += error;
            total += error;
        }
        if (total <= 0.0) continue;
        for (double& share : row.shares) share /= total;
        rows.push_back(std::move(row));
    }
    if (rows.empty()) return "";
    return figure(
        svgShares(kinds, rows, "Share of the output error by kind of layer"),
        "Share of the summed output error tr(D H D') that each kind of layer is responsible for; " + calibrationProtocol(report) + ".");
}

std::string layerTable(const RunResult& run) {
    std::string html = "<details><summary>All layers of " + escapeXml(run.name) + "</summary><div class=\"scroll\"><table>" +
                       heading({"layer", "shape", "output error", "plain rounding", "weight SQNR, dB", "parameter", "damping",
                                "dead channels", "clipped", "codes at the ends", "seconds", "scales otherwise than plainly"});
    for (const LayerReport& layer : run.layers) {
        html += "<tr>" + cell(layer.name, true) + cell(std::to_string(layer.out_features) + " x " + std::to_string(layer.in_features)) +
                cell(percent(layer.error.relative_output_error)) + cell(percent(layer.nearest.relative_output_error)) +
                cell(formatted("%.1f", layer.error.weight_sqnr_db)) +
                cell(layer.scale_parameter < 0.0 ? "" : formatted("%.2f", layer.scale_parameter)) +
                cell(layer.damping_tries.empty() ? "" : formatted("%.3g", layer.damping_tries.back())) +
                cell(std::to_string(layer.n_dead_columns)) + cell(percent(layer.clipped_fraction)) +
                cell(percent(layer.saturated_fraction)) + cell(formatted("%.3g", layer.seconds)) + cell(scalesInWords(layer), true) +
                "</tr>";
    }
    return html + "</table></div></details>\n";
}

/// How many tokens each expert's statistics are of.
std::string expertTable(const RunResult& run) {
    if (run.experts.experts.empty()) return "";
    std::string html = "<details><summary>Calibration tokens of the experts, " + escapeXml(run.name) + ": " +
                       escapeXml(inWords(run.experts)) + "</summary><div class=\"scroll\"><table>" +
                       heading({"block", "expert", "tokens", "share", "statistics"});
    for (const ExpertTokenCount& expert : run.experts.experts) {
        html += "<tr>" + cell(std::to_string(expert.block)) + cell(std::to_string(expert.expert)) +
                cell(std::to_string(expert.reached_tokens)) + cell(percent(tokenShare(expert))) +
                cell(expert.has_stand_in ? "stand-in" : "its own") + "</tr>";
    }
    return html + "</table></div></details>\n";
}

std::string warnings(const Report& report) {
    std::string html;
    const auto add = [&html](const std::string& warning) {
        const std::string line = "<p class=\"warning\">" + escapeXml(warning) + "</p>\n";
        if (html.find(line) == std::string::npos) html += line;
    };
    for (const std::string& warning : report.warnings) add(warning);
    for (const RunResult& run : report.runs) {
        for (const std::string& warning : run.warnings) add(warning.starts_with("calibration:") ? warning : run.name + ": " + warning);
    }
    return html.empty() ? "" : "<h2>Warnings</h2>\n" + html;
}

/// What was done otherwise than plainly, also where it is no reason for a warning.
std::string countsTable(const Report& report) {
    std::string rows;
    for (const RunResult& run : report.runs) rows += "<tr>" + cell(run.name, true) + cell(inWords(run.counts), true) + "</tr>\n";
    return "<h2>Counted</h2>\n<div class=\"scroll\"><table>" + rows + "</table></div>\n";
}

std::string writtenTable(const Report& report) {
    std::string rows;
    for (const RunResult& run : report.runs) {
        if (run.out.empty()) continue;
        rows += "<tr>" + cell(run.name, true) + cell(run.out, true) +
                cell((run.is_verified ? "passed: " : "FAILED: ") + run.verification, true) + "</tr>";
    }
    if (rows.empty()) return "";
    return "<h2>Written checkpoints</h2>\n<div class=\"scroll\"><table>" + heading({"run", "directory", "read back"}) + rows +
           "</table></div>\n";
}

std::string stageTable(const Report& report) {
    std::string html = "<h2>Time and memory</h2>\n<div class=\"scroll\"><table>" + heading({"stage", "seconds"});
    for (const auto& [stage, seconds] : report.stage_seconds)
        html += "<tr>" + cell(stage, true) + cell(formatted("%.3g", seconds)) + "</tr>";
    return html + "</table></div>\n<p class=\"muted\">Peak resident memory " + size(report.peak_memory_bytes) + ".</p>\n";
}

}  // namespace

std::string toHtml(const Report& report) {
    std::string html =
        "<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width=device-width\">";
    html += "<title>" + escapeXml("Quantization of " + report.model_name) + "</title><style>" + kStyle + "</style></head><body>\n";
    html += "<h1>" + escapeXml("Quantization of " + report.model_name) +
            "</h1>\n<p class=\"muted\">Calibration: " + escapeXml(calibrationProtocol(report)) + ".";
    if (report.full_precision) html += " Perplexity: " + escapeXml(perplexityProtocol(report)) + ".";
    html += "</p>\n<h2>Runs</h2>\n" + summaryTable(report) + paretoFigure(report) + shareFigure(report) + warnings(report) +
            countsTable(report);
    for (const RunResult& run : report.runs) {
        html += "<h2>" + escapeXml(run.name + ": error of every layer") + "</h2>\n" + layerFigure(report, run) + layerTable(run) +
                expertTable(run);
    }
    html += writtenTable(report) + stageTable(report);
    html += "<h2>Make it again</h2>\n<pre>" + escapeXml(asCommand(report.recipe).value_or(runCommand("recipe.json"))) +
            "</pre>\n<details><summary>Recipe</summary><pre>";
    // A recipe is shown line by line, so escapeXml() must not see its line ends.
    const std::string recipe = toJson(report.recipe).dump(2, ' ', false, Json::error_handler_t::replace);
    for (std::size_t begin = 0; begin < recipe.size();) {
        const std::size_t end = std::min(recipe.find('\n', begin), recipe.size());
        html += escapeXml(std::string_view(recipe).substr(begin, end - begin)) + "\n";
        begin = end + 1;
    }
    html += "</pre></details>\n<p class=\"muted\">Made by Salient " + escapeXml(report.version) + ".</p>\n</body></html>\n";
    return html;
}

void writeReport(const Report& report, const std::filesystem::path& directory) {
    const auto fail = [](const std::filesystem::path& path, const std::string& reason) {
        throw Error(ErrorCode::Io, "writeReport: " + path.string() + ": cannot be written: " + reason);
    };
    std::error_code error;
    std::filesystem::create_directories(directory, error);
    if (error) fail(directory, error.message());
    writeJson(directory / "report.json", toJson(report));
    const std::filesystem::path page = directory / "report.html";
    const std::filesystem::path temporary = page.string() + ".partial";
    std::FILE* file = std::fopen(temporary.c_str(), "wb");
    if (file == nullptr) fail(page, "the file cannot be created");
    const std::string html = toHtml(report);
    const bool written = std::fwrite(html.data(), 1, html.size(), file) == html.size();
    const bool closed = std::fclose(file) == 0;
    if (written && closed) std::filesystem::rename(temporary, page, error);
    if (!written || !closed || error) {
        std::error_code ignored;
        std::filesystem::remove(temporary, ignored);
        fail(page, error ? error.message() : "the disk may be full");
    }
}

}  // namespace salient
