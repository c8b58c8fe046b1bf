-- What luacheck has to know: `make test-neovim` runs it.
std = "luajit"
globals = { "vim" }
max_line_length = false -- stylua keeps lines short; what it leaves is prose
exclude_files = { "lua/peon/protocol_gen.lua" }
