# The commands of this kit. `make` alone tells where you are, `make help` what
# there is. Lessons are named by number alone: make check-06, or make check-6.
#
## make                 where you are: the lessons, your points, what is next
## make run-06          show lesson 06: its demonstration, built and run
## make run-17 LAN=1    the same on a virtual network (17, 18)
## make trace-06        draw lesson 06: who said what to whom, who waited where
## make trace-06 TEST=2         ... the second test of your exercise; SVG=file
##                      writes a picture, ASCII=yes avoids other characters
## make check-06        check your exercise 06 (or: make check LESSON=06)
## make watch-06        the same at every save; ^C ends it
## make hint-06         the next hint for exercise 06
## make reset-06        the starting point again; your files are kept beside it
## make doctor          is this machine ready, and what is missing
## make lan             a virtual network of hosts, on this machine
## make clean           remove all that was built
##
## For teachers, and for whoever works on the kit:
## make grade SUBMISSIONS=dir [LESSONS="09 10"]    grade a whole class
## make gradescope LESSON=06    the autograder of lesson 06 for Gradescope
## make classroom LESSON=06     the same for Classroom 50 and GitHub Actions
## make stress          what is too large for a check: hundreds of megabytes
## make stress-grade    grade a made-up class of 200, twice: all marks right?
## make handout         the kit without solutions, as build/handout.tar.gz
## make slides          the decks as HTML (slides-pdf, slides-check, slides-pictures)
## make test            all tests of the kit
## make prove-06        all tests of lesson 06 alone
## make starters        write the exercises' starting points from the solutions
## make record LESSON=06    write what checks say of mistakes into their patches
## make cuts            write the pieces of code that READMEs and slides show

.DEFAULT_GOAL := status
.SILENT:
.SUFFIXES:
MAKEFLAGS += --no-print-directory

CC ?= cc
SH := +exec env MAKE='$(MAKE)' CC='$(CC)' sh tests/support/

# A command says itself what is wrong, and make has nothing to add: with -q it
# keeps silent about a recipe that begins with + and ends with status 1.
ifeq ($(filter all tools build/%,$(MAKECMDGOALS)),)
MAKEFLAGS += -q
endif

.PHONY: status help trace check run watch hint reset doctor lan clean grade
.PHONY: handout slides slides-pdf slides-check slides-pictures test prove starters record cuts
.PHONY: all tools gradescope classroom stress stress-grade

status:  ; $(SH)status
help:    ; +sed -n 's/^## \{0,1\}//p' Makefile
run:     ; $(SH)show '$(LESSON)' '$(LAN)'
run-%:   ; $(SH)show '$*' '$(LAN)'
trace:   ; $(SH)draw '$(LESSON)' '$(OF)' '$(TEST)' '$(SVG)' '$(ASCII)'
trace-%: ; $(SH)draw '$*' '$(OF)' '$(TEST)' '$(SVG)' '$(ASCII)'
check:   ; $(SH)check '$(LESSON)'
check-%: ; $(SH)check '$*'
watch:   ; $(SH)watch '$(LESSON)'
watch-%: ; $(SH)watch '$*'
hint:    ; $(SH)hint '$(LESSON)'
hint-%:  ; $(SH)hint '$*'
reset:   ; $(SH)reset '$(LESSON)'
reset-%: ; $(SH)reset '$*'
doctor:  ; $(SH)doctor
lan:     ; $(SH)lan
clean:   ; +rm -rf build && echo "build/ is gone; your exercises are as they were."

# What needs solutions is not for handouts.
WHOLE := +[ -d solutions ] || { echo "That takes the whole kit; this is a handout\
 for students." >&2; exit 1; }; exec env MAKE='$(MAKE)' CC='$(CC)' sh \
	tests/support/

grade:    ; $(WHOLE)grade
gradescope:   ; $(WHOLE)grade --pack-gradescope '$(LESSON)'
classroom:    ; $(WHOLE)grade --pack-classroom '$(LESSON)'
stress:       ; $(WHOLE)stress
stress-grade: ; $(WHOLE)grade --stress
handout:  ; $(WHOLE)handout
test:     ; $(WHOLE)test
prove:    ; $(WHOLE)prove '$(LESSON)'
prove-%:  ; $(WHOLE)prove '$*'
starters: ; $(WHOLE)starters
record:   ; $(WHOLE)prove --record '$(LESSON)'
cuts:     ; $(WHOLE)cuts --write
slides:          ; $(WHOLE)../../slides/build html
slides-pdf:      ; $(WHOLE)../../slides/build pdf
slides-check:    ; $(WHOLE)../../slides/build check
slides-pictures: ; $(WHOLE)../../slides/build pictures

.DEFAULT:
	+echo "There is no command '$@' here; 'make help' shows what there is." >&2; exit 1

# The instruments, each from NAME.c and the sources it names here.
INSTRUMENTS := peer run private relay sandbox cell mroute ladder
THERE := $(foreach t,$(INSTRUMENTS),$(if \
	$(wildcard tests/support/$(basename $(t)).c),build/tools/$(t)))
KIT_FLAGS := -std=c11 -D_POSIX_C_SOURCE=200809L -Wall -Wextra -Wpedantic \
	-Wshadow -g -O1

all: tools
tools: $(THERE) build/tools/sanitizers build/tools/trace.so

build/tools/peer: $(addprefix build/tools/,peer.o words.o program.o ends.o \
	stage.o message.o script.o launch.o look.o endtrace.o trace_words.o)
build/tools/run: $(addprefix build/tools/,run.o launch.o look.o script.o)
build/tools/ladder: $(addprefix build/tools/,ladder.o ladder_read.o \
	ladder_match.o ladder_order.o ladder_fold.o ladder_words.o \
	ladder_text.o ladder_svg.o)
build/tools/relay: $(addprefix build/tools/,relay.o look.o)
$(addprefix build/tools/,private sandbox cell mroute): \
	build/tools/%: build/tools/%.o
build/tools/peer build/tools/run build/tools/ladder build/tools/relay:
	$(CC) -o $@ $^
build/tools/%: build/tools/%.o
	$(CC) -o $@ $^
build/tools/%.o: tests/support/%.c $(wildcard tests/support/*.h)
	mkdir -p build/tools
	$(CC) $(KIT_FLAGS) -c -o $@ $<

# A library for LD_PRELOAD, from all its sources at once. Where it cannot be
# built, and on other systems than Linux, it is an empty file.
build/tools/trace.so: $(addprefix tests/support/,trace.c trace_call.c \
	trace_file.c trace_words.c faults.c trace.h)
	mkdir -p build/tools
	[ "$$(uname -s)" = Linux ] && $(CC) $(KIT_FLAGS) -O2 -fPIC -shared -o $@ \
		$(filter %.c,$^) -ldl -lpthread 2>$@.said || : >$@

# The options with which this compiler finds memory errors, or nothing.
SANITIZE := -fsanitize=address,undefined -fno-sanitize-recover=undefined \
	-fno-omit-frame-pointer
build/tools/sanitizers: Makefile
	mkdir -p build/tools
	echo 'int main(void) { return 0; }' >$@.c
	if $(CC) $(SANITIZE) -o $@.try $@.c 2>/dev/null && $@.try; \
	then echo '$(SANITIZE)'; fi >$@
	rm -f $@.c $@.try
