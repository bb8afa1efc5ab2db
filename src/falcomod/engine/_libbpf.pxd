# SPDX-License-Identifier: Apache-2.0
"""What the engine uses of libbpf (1.0 and later: bpf/libbpf.h, bpf/bpf.h)."""

from libc.stdint cimport uint32_t, uint64_t


cdef extern from "<bpf/libbpf.h>" nogil:
    struct bpf_object:
        pass
    struct bpf_program:
        pass
    struct bpf_map:
        pass
    struct bpf_link:
        pass

    enum bpf_map_type:
        BPF_MAP_TYPE_RINGBUF, BPF_MAP_TYPE_ARRAY_OF_MAPS, BPF_MAP_TYPE_PROG_ARRAY

    bpf_object *bpf_object__open_file(const char *path, const void *options)
    int bpf_object__load(bpf_object *object)
    void bpf_object__close(bpf_object *object)
    bpf_map *bpf_object__find_map_by_name(const bpf_object *object, const char *name)
    bpf_program *bpf_object__find_program_by_name(const bpf_object *object, const char *name)
    bpf_program *bpf_object__next_program(const bpf_object *object, bpf_program *previous)

    const char *bpf_program__name(const bpf_program *program)
    int bpf_program__set_autoload(bpf_program *program, bint autoload)
    int bpf_program__fd(const bpf_program *program)
    bpf_link *bpf_program__attach(const bpf_program *program)
    int bpf_link__destroy(bpf_link *link)

    int bpf_map__fd(const bpf_map *map)
    int bpf_map__set_max_entries(bpf_map *map, uint32_t entries)
    int bpf_map__reuse_fd(bpf_map *map, int fd)
    int bpf_map__set_inner_map_fd(bpf_map *map, int fd)

    # Knows the numbers of libbpf's own errors besides those of the system.
    int libbpf_strerror(int error, char *text, size_t size)
    int libbpf_num_possible_cpus()


cdef extern from "<bpf/bpf.h>" nogil:
    struct bpf_prog_info:
        uint64_t run_time_ns
        uint64_t run_cnt
        uint64_t recursion_misses

    int bpf_map_create(
        bpf_map_type type, const char *name, uint32_t key_size, uint32_t value_size,
        uint32_t entries, const void *options,
    )
    int bpf_map_update_elem(int fd, const void *key, const void *value, uint64_t flags)
    int bpf_obj_get_info_by_fd(int fd, void *info, uint32_t *size)


cdef extern from "<bpf/btf.h>" nogil:
    struct btf:
        pass

    btf *btf__load_vmlinux_btf()
    void btf__free(btf *types)
    int btf__find_by_name_kind(const btf *types, const char *name, uint32_t kind)

    enum:
        BTF_KIND_ENUM, BTF_KIND_FUNC, BTF_KIND_TYPEDEF

    struct btf_type:
        pass

    struct btf_enum:
        uint32_t name_off
        int val

    const btf_type *btf__type_by_id(const btf *types, uint32_t number)
    const btf_enum *btf_enumerators "btf_enum"(const btf_type *of)
    unsigned short btf_vlen(const btf_type *of)
    const char *btf__name_by_offset(const btf *types, uint32_t offset)
