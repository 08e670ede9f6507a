// The record of an unfinished export (job.json), which lies beside its target for whoever writes there: looked at by the next start,
// compared with the job at hand, and gone on with when it says that it is the same.
#include "core/exporter/write_progress.h"
#include "core/recipe/unfinished_job.h"
#include "tests/fuzz/fuzz_testing.h"

using namespace salient;

namespace {

constexpr int kBlocks = 4;  // of the job at hand, and of the seeds

/// What the record calls the job, so that all of it that is behind the comparison is reached.
Json identityIn(std::string_view record) {
    Json identity = Json::object();
    refusesOrReads([&] {
        const Json document = parseJson(record, "job.json");
        if (document.is_object() && document.contains("identity")) identity = document.at("identity");
    });
    return identity;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    static const Folder folder;
    const std::filesystem::path target = folder.path() / "out";
    const std::filesystem::path place = ResumableDirectory::placeFor(target);
    std::filesystem::create_directories(ResumableDirectory::contentFor(target));
    folder.write((ResumableDirectory::contentFor(target) / "model.safetensors").lexically_relative(folder.path()).string(), "weights");
    folder.write((place / "job.json").lexically_relative(folder.path()).string(), asText(data, size));
    refusesOrReads([&] {
        if (const auto found = findUnfinished(target)) (void)inWords(*found);
    });
    refusesOrReads([&] { UnfinishedJob(target, Json::object({{"version", "another"}}), kBlocks, true); });
    refusesOrReads([&] {
        const UnfinishedJob job(target, identityIn(asText(data, size)), kBlocks, true);
        if (job.blocksDone() < 0 || job.blocksDone() > kBlocks) std::abort();
        if (!job.written().is_null()) (void)writeProgressFromJson(job.written(), "job.json");
        if (job.blocksDone() > 0) (void)job.hidden();  // which nobody wrote
    });
    return 0;
}
