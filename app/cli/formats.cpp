#include <algorithm>
#include <ostream>

#include "app/cli/command.h"
#include "app/cli/text_format.h"
#include "core/exporter/format_table.h"
#include "core/io/ggml_blocks.h"
#include "core/model/gguf/architecture.h"
#include "core/model/packed/stored_scheme.h"
#include "core/tokenizer/tokenizer.h"

namespace salient::cli {

namespace {

using Align = TextTable::Align;

std::string widthOf(const FormatRow& row) {
    return "W" + std::to_string(row.bits) + (row.activations == ActivationScale::None ? "A16" : "A8");
}

std::string gridOf(const FormatRow& row) {
    if (row.activations == ActivationScale::PerToken) return "symmetric, activations per token";
    if (row.activations == ActivationScale::PerTensor) return "symmetric, activations per tensor";
    return row.is_symmetric ? "symmetric" : "asymmetric";
}

std::string groupsOf(const FormatRow& row) {
    std::string text;
    for (const Index size : row.group_sizes) text += (text.empty() ? "" : " ") + (size < 0 ? "row" : std::to_string(size));
    return text;
}

std::string orderOf(const FormatRow& row) { return row.holds_order ? "yes" : row.holds_static_order ? "static groups" : "-"; }

Json describe(const std::vector<LoaderVerdict>& verdicts) {
    Json loaders = Json::array();
    for (const LoaderVerdict& verdict : verdicts) loaders.push_back(toJson(verdict));
    return loaders;
}

Json describe(ExportFormat format) {
    Json widths = Json::array();
    for (const FormatRow& row : formatRows(format)) {
        Json entry = {{"bits", row.bits},
                      {"symmetric", row.is_symmetric},
                      {"activations", row.activations == ActivationScale::None       ? "16 bits"
                                      : row.activations == ActivationScale::PerToken ? "int8 per token"
                                                                                     : "int8 per tensor"},
                      {"group_sizes", row.group_sizes},
                      {"act_order", row.holds_order},
                      {"act_order_static_groups", row.holds_static_order},
                      {"remarks", row.remarks},
                      {"loaders", describe(row.loaders)}};
        if (!row.stored_as.empty()) entry["stored_as"] = row.stored_as;
        widths.push_back(std::move(entry));
    }
    Json json = {{"format", name(format)}, {"loaders", describe(usualVerdicts(format))}, {"widths", widths}};
    if (format == ExportFormat::Gguf) json["types"] = ggufWeightsNames();
    return json;
}

Json describe(const TokenizerForm& form) { return {{"files", form.files}, {"models", form.models}}; }

std::string joined(const std::vector<std::string>& parts, const char* separator) {
    std::string text;
    for (const std::string& part : parts) text += (text.empty() ? "" : separator) + part;
    return text;
}

void printTokenizers(std::ostream& out) {
    out << "\ntokenizers that can be read\n";
    for (const TokenizerForm& form : Tokenizer::forms()) {
        const std::string files = joined(form.files, " with ");
        out << files << std::string(28 - std::min<std::size_t>(27, files.size()), ' ') << joined(form.models, ", ") << '\n';
    }
    out << "A GGUF file has its own.\n";
}

/// What can be opened, whoever made it.
Json describeReads() {
    Json tokenizers = Json::array();
    for (const TokenizerForm& form : Tokenizer::forms()) tokenizers.push_back(describe(form));
    Json architectures = Json::array();
    for (const gguf::Architecture& architecture : gguf::architectures())
        architectures.push_back({{"architecture", architecture.name}, {"family", architecture.model_type}});
    Json quantized = Json::array();
    for (const ReadableForm& form : readableForms()) quantized.push_back({{"quant_method", form.method}, {"format", form.format}});
    return {
        {"gguf", {{"types", readGgmlTypeNames()}, {"architectures", architectures}}}, {"quantized", quantized}, {"tokenizers", tokenizers}};
}

/// "gptq (gptq, gptq_v2), awq (gemm), …"
std::string quantizedForms() {
    std::string text;
    std::string_view last;
    for (const ReadableForm& form : readableForms()) {
        if (form.method != last) text.append(text.empty() ? "" : "), ").append(form.method).append(" (");
        text.append(form.method != last ? "" : ", ").append(form.format);
        last = form.method;
    }
    return text + ")";
}

void print(std::ostream& out) {
    TextTable table({{"format", Align::Left},
                     {"width", Align::Left},
                     {"grid", Align::Left},
                     {"groups of", Align::Left},
                     {"activation order", Align::Left}});
    std::string loaders;
    for (const std::string& each : exportFormatNames()) {
        const ExportFormat format = exportFormatFromName(each);
        for (const FormatRow& row : formatRows(format)) {
            const std::string stored = row.stored_as.empty() ? "" : " (" + row.stored_as + ")";
            table.addRow({each + stored, widthOf(row), gridOf(row), groupsOf(row), orderOf(row)});
        }
        loaders += each + std::string(20 - std::min<std::size_t>(19, each.size()), ' ');
        const char* separator = "";
        for (const LoaderVerdict& verdict : usualVerdicts(format)) {
            if (verdict.acceptance == Acceptance::Refuses) continue;
            loaders.append(separator).append(verdict.loader);
            if (verdict.acceptance != Acceptance::Accepts) loaders.append(" (").append(name(verdict.acceptance)).append(")");
            separator = ", ";
        }
        loaders += '\n';
    }
    out << table.text() << "\nloads in (4 bits, groups of 128)\n"
        << loaders
        << "\nGroups must divide a layer's inputs, and packings its sizes; quantize says so before it starts. gguf also takes any other "
           "method\n"
           "dequantized (--gguf-type f16, bf16 or q8_0), or the weights of rtn and awq rounded to blocks of\n"
           "its own (--gguf-type q4_k, q6_k or q4_k_m). What each loader makes of which settings: --json, and every report.\n"
           "\nopens models in 16 and 32 bits, and\n"
           "quantized           "
        << quantizedForms() << "\nGGUF types          " << readGgmlTypes() << "\nGGUF architectures  " << gguf::architectureNames() << '\n';
    printTokenizers(out);
}

}  // namespace

void addFormats(CLI::App& program, Action& action) {
    CLI::App* command = program.add_subcommand(
        "formats", "List the formats that can be written (widths, grids, groups, orders and what loads them) and opened");
    command->callback([&action] {
        action = [](Context& context) {
            if (!context.common.json) {
                print(context.out);
                return kDone;
            }
            Json all = Json::array();
            for (const std::string& each : exportFormatNames()) all.push_back(describe(exportFormatFromName(each)));
            context.print({{"formats", all}, {"reads", describeReads()}});
            return kDone;
        };
    });
}

}  // namespace salient::cli
