#include "core/exporter/write_progress.h"

#include <limits>

#include "core/io/json_object.h"

namespace salient {

namespace {

[[noreturn]] void refuse(const std::string& subject, const std::string& reason) {
    throw Error(ErrorCode::InvalidOption, "export: " + subject + ": " + reason);
}

}  // namespace

void WriteProgress::beginBlock(int block, int n_blocks) {
    if (block < 0 || block >= n_blocks || !blocks.insert(block).second)
        refuse("block " + std::to_string(block), "expected each block of the model once");
}

void WriteProgress::requireAllBlocks(int n_blocks) const {
    if (blocks.size() == static_cast<std::size_t>(n_blocks)) return;
    refuse("blocks", "expected " + std::to_string(n_blocks) + ", found " + std::to_string(blocks.size()));
}

void WriteProgress::tensorDone(const std::string& name) {
    if (!written.insert(name).second) refuse(name, "expected once, found twice");
}

Json toJson(const WriteProgress& progress) {
    Json document = Json::object();
    document["blocks"] = progress.blocks;
    document["written"] = progress.written;
    document["record"] = toJson(progress.record);
    return document;
}

WriteProgress writeProgressFromJson(const Json& document, const std::string& origin) {
    try {
        WriteProgress progress;
        progress.record = recordFromJson(document.at("record"), origin);
        for (const Json& block : document.at("blocks"))
            progress.blocks.insert(
                static_cast<int>(integerFrom(block, 0, std::numeric_limits<int>::max(), "resume: " + origin + ": blocks")));
        for (const Json& tensor : document.at("written")) progress.written.insert(tensor.get<std::string>());
        return progress;
    } catch (const Json::exception& error) {
        throw Error(ErrorCode::Format, "resume: " + origin + ": expected what a writer recorded, found " + error.what());
    }
}

}  // namespace salient
