/* Lines that the client of lesson 12 sends. */
#define LINES "u one\n\nl TWO words\nx\nu \nl four\nu five\nl six\nu seven\n"
