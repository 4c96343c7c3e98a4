#include "samples.h"

#include <array>

#include "scenes.h"

namespace mantissa::samples {

std::span<const Sample> allSamples() {
    static constexpr std::array kSamples{Sample{"airplane", drawAirplane},
                                         Sample{"automobile", drawAutomobile},
                                         Sample{"bird", drawBird},
                                         Sample{"bird-gull", drawGull},
                                         Sample{"cat", drawCat},
                                         Sample{"deer", drawDeer},
                                         Sample{"dog", drawDog},
                                         Sample{"frog", drawFrog},
                                         Sample{"horse", drawHorse},
                                         Sample{"ship", drawShip},
                                         Sample{"ship-sailing", drawSailingBoat},
                                         Sample{"truck", drawTruck}};
    return kSamples;
}

}  // namespace mantissa::samples
