// The files of GPT-2's tokenizer, one after the other with a NUL between: vocab.json, merges.txt, added_tokens.json,
// tokenizer_config.json.
#include <array>

#include "core/tokenizer/tokenizer.h"
#include "tests/fuzz/fuzz_testing.h"
#include "tests/fuzz/use_tokenizer.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    static const Folder folder;
    std::string_view rest = asText(data, size);
    for (const char* const name : {"vocab.json", "merges.txt", "added_tokens.json", "tokenizer_config.json"}) {
        const std::size_t end = std::min(rest.find('\0'), rest.size());
        folder.write(name, rest.substr(0, end));
        rest.remove_prefix(std::min(end + 1, rest.size()));
    }
    refusesOrReads([] { useTokenizer(*salient::Tokenizer::open(folder.path())); });
    return 0;
}
