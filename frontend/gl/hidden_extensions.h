/* SPDX-License-Identifier: MIT */
/*
 * Extensions of the host that programs do not see although the registry names
 * no command that the wire lacks. Those with such a command are hidden by the
 * generator (protocol/gl/annotations, "refuse"). HIDE(name, reason)
 *
 * A name that the registry lacks is hidden too, for nobody knows its commands;
 * SHOW(name): it is known to have none, or the drivers that list it have none, or
 * they are carried ("also" in protocol/gl/annotations).
 */
#ifndef SHOW
#define SHOW(name)
#endif
#ifndef HIDE
#define HIDE(name, reason)
#endif
HIDE("GL_AMD_pinned_memory", "a buffer would be the program's own memory")
HIDE("GL_EXT_EGL_image_storage_compression", "its attributes are refused")
HIDE("GL_NV_EGL_image", "a draft that GL_OES_EGL_image replaced")
HIDE("GL_EXT_x11_sync_object", "fences of an X server, which the host does not know")
HIDE("GL_ARB_cl_event", "events of another API")
HIDE("GL_EXT_protected_textures", "protected memory is the host's own affair")
SHOW("GL_APPLE_packed_pixels")
SHOW("GL_ATI_blend_equation_separate")
SHOW("GL_ATI_texture_compression_3dc")
SHOW("GL_EXTX_framebuffer_mixed_formats")
SHOW("GL_EXT_Cg_shader")
SHOW("GL_EXT_compressed_ETC1_RGB8_sub_texture")
SHOW("GL_EXT_frag_depth")
SHOW("GL_EXT_import_sync_object")
SHOW("GL_EXT_texture_edge_clamp")
SHOW("GL_EXT_texture_lod")
SHOW("GL_EXT_texture_rectangle")
SHOW("GL_EXT_transform_feedback2")
SHOW("GL_INTEL_shader_atomic_float_minmax")
SHOW("GL_KTX_buffer_region")
SHOW("GL_MESA_texture_signed_rgba")
SHOW("GL_NV_ES1_1_compatibility")
SHOW("GL_NV_ES3_1_compatibility")
SHOW("GL_NV_feature_query")
SHOW("GL_NV_gpu_program4_1")
SHOW("GL_NV_gpu_program_fp64")
SHOW("GL_NV_gpu_program_multiview")
SHOW("GL_NV_pack_subimage")
SHOW("GL_NV_uniform_buffer_std430_layout")
SHOW("GL_OES_EGL_sync")
SHOW("GL_OES_depth_texture_cube_map")
SHOW("GL_SUN_multi_draw_arrays")
#undef SHOW
#undef HIDE
