#pragma once

#include <QImage>

namespace mantissa::samples {

QImage drawAirplane();     ///< an airliner climbing past clouds
QImage drawAutomobile();   ///< a red car on a road
QImage drawBird();         ///< a songbird on a twig
QImage drawCat();          ///< a tabby's face
QImage drawDeer();         ///< a stag in a meadow
QImage drawDog();          ///< a dog's face
QImage drawFrog();         ///< a green frog on a mossy bank
QImage drawGull();         ///< a gull on the wing at evening
QImage drawHorse();        ///< a bay horse on a pasture
QImage drawSailingBoat();  ///< a sailing boat off the coast
QImage drawShip();         ///< a cargo ship at sea
QImage drawTruck();        ///< a lorry on a motorway

}  // namespace mantissa::samples
