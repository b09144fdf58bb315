// SPDX-License-Identifier: Apache-2.0
//
// The shared state behind a Proxy: which Python object it is, and who can reach it.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "gateway/value.hpp"

namespace py4cpp {

/// Reaches Python. Implemented by the gateway; a scripted one serves the tests.
class ProxyCaller {
 public:
  virtual ~ProxyCaller() = default;
  using TakeResult = std::function<void(Value& result, const Registry& registry)>;
  /// See Proxy::call. May be called from any thread.
  virtual void call(const std::string& id, std::string_view method, std::vector<Value> arguments,
                    const TakeResult& take) = 0;
  /// Somebody refers to a proxy from now on that the calling thread was sent. Returns the
  /// generation of its client. Must not block or throw; any thread.
  virtual std::uint64_t acquire() noexcept { return 0; }
  /// Nobody refers to the proxy of that generation any more. Must not block or throw; any thread.
  virtual void release(const std::string& id, std::uint64_t generation) noexcept = 0;
};

/// One registration of a Python object. Its destructor queues the release.
class RemoteProxy {
 public:
  RemoteProxy(std::string id, std::vector<std::string> interfaces,
              std::weak_ptr<ProxyCaller> caller)
      : id_(std::move(id)), interfaces_(std::move(interfaces)), caller_(std::move(caller)) {
    if (const auto known = caller_.lock()) generation_ = known->acquire();
  }
  RemoteProxy(const RemoteProxy&) = delete;
  RemoteProxy& operator=(const RemoteProxy&) = delete;
  ~RemoteProxy() {
    if (const auto caller = caller_.lock()) caller->release(id_, generation_);
  }

  const std::string& id() const { return id_; }
  const std::vector<std::string>& interfaces() const { return interfaces_; }
  std::shared_ptr<ProxyCaller> caller() const { return caller_.lock(); }

 private:
  const std::string id_;
  const std::vector<std::string> interfaces_;
  const std::weak_ptr<ProxyCaller> caller_;
  std::uint64_t generation_ = 0;  // The same id may be another object to a later client.
};

}  // namespace py4cpp
