#include "app/cli/report_text.h"

#include <algorithm>
#include <ostream>
#include <set>

#include "app/cli/memory_use.h"
#include "app/cli/options.h"
#include "app/cli/text_format.h"
#include "core/error.h"
#include "core/recipe/time_forecast.h"

namespace salient::cli {

namespace {

using Align = TextTable::Align;

constexpr std::size_t kWorstLayers = 5;

std::string widths(const MethodSpec& method) {
    return "W" + std::to_string(method.grid.bits) + "A" + (method.activations == ActivationScale::None ? "16" : "8");
}

std::string group(const MethodSpec& method) {
    if (method.grid.per_tensor) return "tensor";
    return method.grid.group_size < 0 ? "row" : std::to_string(method.grid.group_size);
}

std::string zeroPoint(const MethodSpec& method) { return method.grid.is_symmetric ? "sym" : "asym"; }

void printTable(const Report& report, std::ostream& out) {
    const bool has_perplexity = report.full_precision.has_value();
    std::vector<TextTable::Column> columns = {
        {"method", Align::Left}, {"width", Align::Left}, {"group"}, {"grid", Align::Left}, {"bits/weight"}, {"size"}, {"output error"}};
    if (has_perplexity) {
        columns.push_back({"perplexity"});
        columns.push_back({"KL"});
        columns.push_back({"same top"});
    }
    columns.push_back({"seconds"});
    TextTable table(std::move(columns));
    if (has_perplexity) {
        table.addRow({"original", "", "", "", "", byteSize(report.original_bytes), "", significant(report.full_precision->perplexity, 5)});
    }
    for (const RunResult& run : report.runs) {
        std::vector<std::string> cells = {run.name,
                                          widths(run.method),
                                          group(run.method),
                                          zeroPoint(run.method),
                                          significant(run.bits_per_weight, 3),
                                          byteSize(run.bytes),
                                          percentage(run.relative_output_error)};
        if (has_perplexity) {
            const Divergence* divergence = run.perplexity && run.perplexity->divergence ? &*run.perplexity->divergence : nullptr;
            cells.push_back(run.perplexity ? significant(run.perplexity->perplexity, 5) : "");
            cells.push_back(divergence != nullptr ? significant(divergence->mean_kl, 3) : "");
            cells.push_back(divergence != nullptr ? percentage(divergence->same_top) : "");
        }
        cells.push_back(significant(run.seconds, 3));
        table.addRow(std::move(cells));
    }
    out << table.text();
}

void printProtocol(const Report& report, std::ostream& out) {
    out << "\noutput error: tr(D H D') / tr(W H W') over all quantized layers, ";
    if (report.calibration_source.empty()) {
        out << report.calibration_windows << " windows of " << report.calibration_seq_len << " tokens of "
            << onOneLine(report.recipe.calibration_text.filename().string());
    } else {
        out << onOneLine(report.calibration_source);
    }
    out << ", " << computeName(report.recipe.compute) << "\n";
    if (!report.full_precision) return;
    const PerplexityResult& measured = *report.full_precision;
    out << "perplexity: " << onOneLine(report.recipe.evaluation_text.filename().string()) << ", protocol " << name(measured.protocol)
        << ", " << measured.n_windows << " windows of " << measured.seq_len << ", " << measured.n_tokens << " tokens scored, "
        << computeName(measured.compute)
        << "\nKL, same top: mean KL(original || quantized) in nats, share of predictions with the same likeliest token, same predictions\n";
}

void printWorstLayers(const RunResult& run, std::ostream& out) {
    std::vector<const LayerReport*> layers;
    for (const LayerReport& layer : run.layers) layers.push_back(&layer);
    const std::size_t n = std::min(kWorstLayers, layers.size());
    std::partial_sort(layers.begin(), layers.begin() + static_cast<std::ptrdiff_t>(n), layers.end(),
                      [](const auto* a, const auto* b) { return a->error.relative_output_error > b->error.relative_output_error; });
    TextTable table({{"layer with the largest error", Align::Left}, {"output error"}, {"plain rounding"}, {"weight SQNR"}});
    for (std::size_t i = 0; i < n; ++i) {
        table.addRow({layers[i]->name, percentage(layers[i]->error.relative_output_error),
                      percentage(layers[i]->nearest.relative_output_error), significant(layers[i]->error.weight_sqnr_db, 3) + " dB"});
    }
    out << "\n" << table.text();
}

// "open 0.07 s, calibrate 21 s (780 tokens/s), …"
std::string stageTimes(const Report& report) {
    std::string text;
    for (const auto& [stage, seconds] : report.stage_seconds) {
        text += (text.empty() ? "" : ", ") + stage + " " + significant(seconds, 3) + " s";
        if (stage.starts_with("calibrate") && seconds > 0.0)
            text += " (" + significant(static_cast<double>(report.calibration_tokens) / seconds, 3) + " tokens/s)";
    }
    return text;
}

void printLoaders(const Report& report, Context& context) {
    if (context.common.json || context.common.quiet) return;
    for (std::size_t i = 0; i < report.runs.size(); ++i) {
        const RunResult& run = report.runs[i];
        if (run.loaders.empty()) continue;
        TextTable table({{run.name + " as " + std::string(name(*report.recipe.runs[i].format)), Align::Left},
                         {"verdict", Align::Left},
                         {"why", Align::Left}});
        for (const LoaderVerdict& verdict : run.loaders) table.addRow({verdict.loader, std::string(name(verdict.acceptance)), verdict.why});
        context.out << "\n" << table.text();
    }
    context.out << std::flush;
}

}  // namespace

void printTimeForecast(const JobWork& work, Context& context) {
    if (context.common.json || context.common.quiet) return;
    context.out << "time forecast: " << inWords(forecastTime(work, productRates())) << "\n" << std::flush;
}

void announce(const Report& planned, Context& context) {
    printLoaders(planned, context);
    printTimeForecast(planned.work, context);
}

int printReport(const Report& report, Context& context, bool with_layers) {
    for (const std::string& warning : report.warnings) context.warn(warning);
    std::set<std::string> said;
    for (const RunResult& run : report.runs) {
        for (const std::string& warning : run.warnings) {
            const bool of_the_job = warning.starts_with("calibration:");
            const std::string line = of_the_job || report.runs.size() == 1 ? warning : run.name + ": " + warning;
            if (said.insert(line).second) context.warn(line);
        }
    }
    const bool verified = std::all_of(report.runs.begin(), report.runs.end(), [](const RunResult& run) { return run.is_verified; });
    if (context.common.json) {
        Json json = toJson(report);
        if (!with_layers) {
            for (Json& method : json["methods"]) method.erase("layers");
        }
        context.print(json);
        return verified ? kDone : kFailed;
    }
    printTable(report, context.out);
    printProtocol(report, context.out);
    if (report.runs.size() == 1) printWorstLayers(report.runs.front(), context.out);
    for (const RunResult& run : report.runs) {
        if (run.n_blocks_resumed > 0) {
            context.out << "\nresumed: " << (report.runs.size() == 1 ? "" : onOneLine(run.name) + ": ") << run.n_blocks_resumed
                        << " blocks were finished by an earlier start\n";
        }
        if (!run.out.empty()) context.out << "\nwritten: " << run.out << "\nverified: " << onOneLine(run.verification) << "\n";
    }
    if (!report.recipe.report.empty()) context.out << "report: " << (report.recipe.report / "report.html").string() << "\n";
    for (const RunResult& run : report.runs) context.out << "counted: " << onOneLine(run.name) << ": " << inWords(run.counts) << "\n";
    for (const RunResult& run : report.runs) {
        if (const std::string words = inWords(run.experts); !words.empty())
            context.out << "experts: " << onOneLine(run.name) << ": " << words << "\n";
    }
    context.out << "time: " << stageTimes(report) << "\n";
    context.out << memoryText(report.peak_memory_bytes, report.memory_forecast_bytes) << "\n";
    return verified ? kDone : kFailed;
}

}  // namespace salient::cli
