// SPDX-License-Identifier: Apache-2.0
#include "launcher/plugins.hpp"

#include <dlfcn.h>
#include <link.h>

#include <cstdint>
#include <exception>
#include <set>

#include "base/error.hpp"

namespace py4cpp::launcher {
namespace {

// What `void bind(py4cpp::Registry&)` is called without extern "C" (Itanium C++ ABI).
constexpr const char* mangled_bind = "_Z4bindRN6py4cpp8RegistryE";

using Bind = void (*)(Registry&);

// The files of every loaded copy of our own library. A plugin that was built against another
// version brings a second one, whose Registry is not the one we pass.
std::set<std::string> loaded_gateways() {
  std::set<std::string> files;
  ::dl_iterate_phdr(
      [](dl_phdr_info* info, std::size_t, void* data) {
        const std::string file = info->dlpi_name;
        const std::string name = file.substr(file.rfind('/') + 1);
        if (name.rfind("libpy4cpp.so", 0) == 0)
          static_cast<std::set<std::string>*>(data)->insert(file);
        return 0;
      },
      &files);
  return files;
}

void check_versions(const std::string& path, const std::set<std::string>& before) {
  for (const std::string& file : loaded_gateways()) {
    if (before.count(file) != 0) continue;
    throw Error("the plugin '" + path + "' was built against another py4cpp, " + file +
                "; build it again against " + (before.empty() ? "this one" : *before.begin()));
  }
}

// A symbol of this very library: the search goes on through its dependencies, and libc has a
// function named bind, too.
void* own_symbol(void* library, const char* name) {
  void* symbol = ::dlsym(library, name);
  Dl_info owner{};
  link_map* map = nullptr;
  if (symbol == nullptr || ::dladdr(symbol, &owner) == 0 ||
      ::dlinfo(library, RTLD_DI_LINKMAP, &map) != 0) {
    return nullptr;
  }
  return reinterpret_cast<std::uintptr_t>(owner.dli_fbase) == map->l_addr ? symbol : nullptr;
}

}  // namespace

void load_plugin(const std::string& path, Registry& registry) {
  const std::set<std::string> before = loaded_gateways();
  void* library = ::dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL | RTLD_NODELETE);
  if (library == nullptr) {
    throw Error("the plugin '" + path + "' cannot be loaded: " + ::dlerror() +
                "; if py4cpp was updated, build the plugin again");
  }
  check_versions(path, before);
  void* symbol = ::dlsym(library, mangled_bind);
  if (symbol == nullptr) symbol = own_symbol(library, "bind");
  if (symbol == nullptr) {
    throw Error("the plugin '" + path +
                "' exports no function bind(py4cpp::Registry&); add one"
                " that registers its classes");
  }
  try {
    reinterpret_cast<Bind>(symbol)(registry);
  } catch (const std::exception& error) {
    throw Error("the plugin '" + path + "' failed to register its classes: " + error.what());
  }
}

}  // namespace py4cpp::launcher
