// What a life is to bring, decided by its seed before it begins.
#pragma once

#include "simulation/life.hpp"
#include "simulation/world.hpp"

namespace recycled::simulation {

inline constexpr flexfactor::SimulatedFault every_fault[] = {
    flexfactor::SimulatedFault::callback_late,  flexfactor::SimulatedFault::callback_twice,
    flexfactor::SimulatedFault::callback_early, flexfactor::SimulatedFault::callback_reordered,
    flexfactor::SimulatedFault::callback_lost,  flexfactor::SimulatedFault::error_429,
    flexfactor::SimulatedFault::error_5xx,      flexfactor::SimulatedFault::error_5xx_after,
    flexfactor::SimulatedFault::stall,          flexfactor::SimulatedFault::reset_after_read,
    flexfactor::SimulatedFault::token_expired};
inline constexpr Outage::Kind every_outage[] = {Outage::Kind::unreachable, Outage::Kind::error_503,
                                                Outage::Kind::lost_unread, Outage::Kind::lost_read};
inline constexpr StoreTrouble::Kind every_store_trouble[] = {
    StoreTrouble::Kind::disk_full, StoreTrouble::Kind::locked, StoreTrouble::Kind::disk_error,
    StoreTrouble::Kind::waited_for};

WorldSettings world_of(const LifeSettings& settings);
// Declined new sales.
int sales_a_day(const LifeSettings& settings);

}  // namespace recycled::simulation
