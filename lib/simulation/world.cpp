#include "simulation/world.hpp"

#include "simulation/world_impl.hpp"

namespace recycled::simulation {

World::World(WorldSettings settings) : impl_(std::make_unique<Impl>(std::move(settings))) {}

World::~World() = default;

void World::import(const billing::Subscription& subscription) {
  impl_->import(std::vector{subscription});
}

void World::import(const std::vector<billing::Subscription>& rows) { impl_->import(rows); }

void World::import(const billing::Sale& sale) { impl_->import(sale); }

void World::rerun(const std::string& id) { impl_->rerun(id); }

void World::cascade(Instant at, const billing::Sale& sale) { impl_->shop_.expect(at, sale); }

void World::rerun(Instant at, const SaleId& sale, const GatewayId& gateway) {
  impl_->shop_.expect(at, engine::RerunWish{sale, gateway});
}

const Shop& World::shop() const { return impl_->shop_; }

void World::look(const ports::LedgerWork& work) { impl_->look(work); }

store::Address World::ledger() const { return impl_->address(); }

void World::report(const std::string& event, const std::string& id) {
  report(event, recoveries(id).back().recovery);
}

void World::report(const std::string& event, const billing::Recovery& about) {
  const std::string theirs = about.provider_order ? about.provider_order->str() : "";
  impl_->network_.report(R"({"Event":")" + event + R"(","TimeStamp":")" + to_iso8601(now()) +
                         R"(","ExternalOrderId":")" + about.order.str() + R"(","OrderId":")" +
                         theirs + R"(","IsTestMode":false})");
}

std::optional<std::string> World::resolve(const OrderId& order, billing::PersonWord word) {
  return impl_->resolve(order, word);
}

void World::change_rules(billing::Rules rules) { impl_->change_rules(std::move(rules)); }

const billing::Rules& World::rules() const { return impl_->settings_.rules; }

const ports::Calendar& World::calendar() const { return *impl_->calendar_; }

void World::tell(std::function<void(const std::string&)> to) {
  impl_->transcript_.tell(std::move(to));
}

void World::watch(std::function<void(const std::vector<OrderId>&)> on_step) {
  impl_->on_step_ = std::move(on_step);
}

void World::live_until(Instant end) { impl_->live_until(end); }

Instant World::now() const { return impl_->time_.now(); }

const std::vector<flexfactor::Charge>& World::charges() const { return impl_->provider_.charges(); }

const std::vector<flexfactor::SimulatedOrder>& World::orders() const {
  return impl_->provider_.orders();
}

flexfactor::Statistics World::statistics() const { return impl_->provider_.statistics(); }

const std::vector<std::string>& World::log() const { return impl_->transcript_.lines; }

const std::vector<Call>& World::calls() const { return impl_->network_.calls(); }

const Receiver& World::receiver() const { return impl_->receiver_; }

std::vector<SubscriptionId> World::take_news() { return impl_->receiver_.take_news(); }

Network& World::network() { return impl_->network_; }

const std::vector<Instant>& World::signs_of_life() const { return impl_->signs_of_life_; }

std::int64_t World::commits() const { return impl_->commits_; }

int World::crashes() const { return impl_->crashes_; }

const Deaths& World::deaths() const { return impl_->deaths_; }

const FellBetween& World::fell_between() const { return impl_->fell_between_; }

const Disk& World::disk() const { return *impl_->disk_; }

int World::stops() const { return impl_->stops_; }

void World::calm() {
  impl_->settings_.crashes = {};
  impl_->network_.fail_in({});
  impl_->clock_.step_at({});
  impl_->disk_->fail_in({});
  impl_->receiver_.calm();
  for (const auto& [fault, per_mille] : impl_->settings_.provider.per_mille) {
    impl_->provider_.set_fault(fault, 0);
  }
}

}  // namespace recycled::simulation
