// tokenizer.json, and texts through what it describes.
#include "core/tokenizer/tokenizer.h"
#include "tests/fuzz/fuzz_testing.h"
#include "tests/fuzz/use_tokenizer.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    static const Folder folder;
    folder.write("tokenizer.json", asText(data, size));
    refusesOrReads([] { useTokenizer(*salient::Tokenizer::open(folder.path())); });
    return 0;
}
