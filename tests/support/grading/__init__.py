"""The grader: a class of untrusted programs, judged in one command.

intake   what a student handed in, read without trusting a byte of it
kit      what the kit knows: lessons, tests and points, names of mistakes
sandbox  how an untrusted program is compiled and started
judge    one student's programs for one lesson: compile, test, verdict
report   the files an instructor uses
roster   grades filled into a file that a learning platform exported
pack     the archives for Gradescope and Classroom 50
main     the command line, the workers, the progress line
"""
