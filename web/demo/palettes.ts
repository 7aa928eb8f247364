/** Colours of a picture: the ground and three inks, a dark line colour and a light one. */
export interface Inks {
  ground: string;
  a: string;
  b: string;
  c: string;
  dark: string;
  light: string;
}

const inks = (ground: string, a: string, b: string, c: string, dark: string, light: string): Inks => ({
  ground,
  a,
  b,
  c,
  dark,
  light,
});

/** The palettes by name, each with variations. */
export const palettes = {
  film: [
    inks('#1d2a4d', '#e4572e', '#f3b61f', '#5f7fbf', '#0f1730', '#f6ead2'),
    inks('#3a1730', '#ef6351', '#f4a259', '#8f3f71', '#1f0a19', '#fbe9d7'),
    inks('#10393b', '#f26a4f', '#e9c46a', '#2a9d8f', '#08211f', '#f3efdc'),
    inks('#26222e', '#d64545', '#f2c14e', '#6f6a8a', '#131018', '#efe6da'),
  ],
  games: [
    inks('#2b2d6e', '#5bc0be', '#ff6b9a', '#ffd166', '#15163d', '#f7f0d8'),
    inks('#0e3b43', '#ff7f51', '#9be564', '#f9dc5c', '#06222a', '#f2f4e8'),
    inks('#4a1d5f', '#ffb400', '#f6511d', '#7fb7ff', '#270b35', '#fdf0ff'),
  ],
  music: [
    inks('#e9b44c', '#1c2541', '#d1495b', '#f7e2ae', '#191a2e', '#fff6e0'),
    inks('#d1495b', '#22223b', '#f2b880', '#8c2f45', '#1d1226', '#ffeedd'),
    inks('#3d5a80', '#ee6c4d', '#e0fbfc', '#98c1d9', '#172434', '#fdf6ec'),
    inks('#2f4b3c', '#f4a261', '#e9c46a', '#6a994e', '#16251d', '#faf3e0'),
  ],
  tech: [
    inks('#d9e6e1', '#0b5d66', '#f26b38', '#8ab9b0', '#14302f', '#fbfaf4'),
    inks('#e6e1f0', '#4b3f8f', '#ef7b45', '#a99fd6', '#1f1a45', '#fcfaff'),
    inks('#dce8f2', '#1f5d96', '#f2a541', '#8fb7d9', '#112f4e', '#fbfdff'),
  ],
  audio: [
    inks('#f2ddc6', '#b6452c', '#28536b', '#e0a458', '#3a1a10', '#fff8ec'),
    inks('#dfe3d4', '#5c6f3a', '#c8553d', '#a7b585', '#23301a', '#fbfbf2'),
  ],
  lens: [
    inks('#22333b', '#eae0d5', '#c6ac8f', '#e07a5f', '#0a0f12', '#f7f1e8'),
    inks('#3c3a52', '#f4d6cc', '#f29e4c', '#7c77b9', '#1b1a2b', '#faf2ee'),
  ],
  tea: [
    inks('#e4e3c8', '#556b2f', '#a4442b', '#a8b27a', '#2c2a18', '#fbf8ea'),
    inks('#ead9c4', '#6f4330', '#c8712f', '#b8957a', '#2e1a11', '#fdf5e9'),
    inks('#d5e2d6', '#2f6b5b', '#d8973c', '#8fb5a2', '#17352d', '#f8faf3'),
  ],
  kitchen: [
    inks('#f0d5b6', '#b5482a', '#2f4b3c', '#e3a857', '#3a1b10', '#fff6e6'),
    inks('#f3dfc1', '#d9603b', '#31708e', '#f2b84b', '#33231a', '#fff9ed'),
    inks('#dde5cf', '#6a8f3c', '#c44d34', '#eac15e', '#263217', '#fbfcf2'),
  ],
  cycling: [
    inks('#f3ead6', '#e4432d', '#1f3a93', '#f2b134', '#1b1b22', '#fffaf0'),
    inks('#d8e8ea', '#14746f', '#f25f4c', '#88bdbc', '#0d2f2e', '#f8fdfc'),
  ],
  sport: [
    inks('#c8553d', '#f4e9d8', '#28334a', '#f28f3b', '#3a140d', '#fff4e6'),
    inks('#1f7a5c', '#f6efd9', '#f2c14e', '#0f4d3a', '#082a20', '#fbfaf0'),
    inks('#2b59c3', '#fdf0d5', '#f95738', '#7aa0f0', '#122a63', '#fbf9f2'),
  ],
  peaks: [
    inks('#f7cf8c', '#2f5d50', '#5b8c7b', '#e4572e', '#163832', '#fff3da'),
    inks('#cfe3ea', '#355f7d', '#7fa3b5', '#f2a65a', '#19323f', '#f9fdfd'),
    inks('#f2c6b4', '#5a3d5c', '#9a6b85', '#ffe1a8', '#2d1c33', '#fff4ec'),
  ],
  garden: [
    inks('#e9efd5', '#3d7b4f', '#e9a23b', '#8fb573', '#17412b', '#fbfdf0'),
    inks('#f4e7d3', '#4f7942', '#d1495b', '#a3b86c', '#213a1c', '#fffaf0'),
    inks('#1f4d3a', '#9bc53d', '#f2b5a7', '#5b8e5a', '#0c2a1e', '#f2f7e3'),
  ],
  books: [
    inks('#f3e6d3', '#8c2f39', '#274060', '#d9a441', '#2a1712', '#fffaf0'),
    inks('#dfe4e8', '#31556f', '#b5533c', '#c9a66b', '#15242f', '#fbfcfd'),
  ],
  cloth: [
    inks('#efe3dc', '#6d597a', '#e56b6f', '#eaac8b', '#2c2236', '#fff9f4'),
    inks('#e1e6ea', '#355070', '#b56576', '#8fa9c4', '#17253a', '#fafcfd'),
  ],
  craft: [
    inks('#f6e3c5', '#bc4b32', '#40798c', '#e2a03f', '#3c1b11', '#fff7e8'),
    inks('#e7e5d2', '#606c38', '#bc6c25', '#dda15e', '#283618', '#fdfbee'),
  ],
  toys: [
    inks('#fff0c9', '#ef476f', '#118ab2', '#06b58b', '#2b2a3a', '#fffdf5'),
    inks('#d8eefb', '#f25c54', '#f7b32b', '#2d7dd2', '#1a2c45', '#fafdff'),
  ],
  pets: [
    inks('#fde3cf', '#e07a5f', '#3d405b', '#81b29a', '#23243a', '#fff8f0'),
    inks('#dcead9', '#588157', '#e9a15b', '#a3b18a', '#1f3321', '#fafcf5'),
  ],
  instruments: [
    inks('#f0d9b5', '#8a3b1f', '#d98e3f', '#5b2a1a', '#2b120a', '#fff6e3'),
    inks('#22303c', '#e0a458', '#c8553d', '#6c8ea4', '#0e161d', '#fbefd9'),
  ],
  travel: [
    inks('#cfe8ef', '#0b6fa4', '#f77f00', '#fcbf49', '#0a3350', '#fbfdfc'),
    inks('#ffd9c0', '#c9516b', '#3b6b8c', '#ffb067', '#4a1f33', '#fff6ee'),
    inks('#173f5f', '#3caea3', '#f6d55c', '#ed553b', '#0a2033', '#eef6f4'),
  ],
  health: [
    inks('#fbe2dd', '#c9405b', '#f2a7a0', '#8a1c3c', '#4a1024', '#fff8f5'),
    inks('#d9efe7', '#2a8c7a', '#f4a58a', '#84c5b5', '#0f3f37', '#f8fdfb'),
  ],
  home: [
    inks('#ecd9c6', '#a4593d', '#4a6670', '#d9a679', '#3a2118', '#fff8ef'),
    inks('#dfe3dc', '#5d7263', '#d98c5f', '#a9b8a9', '#22302a', '#fbfcf8'),
  ],
  business: [
    inks('#e3e8e1', '#1b6b57', '#d9a441', '#7fb09d', '#0e3129', '#fbfcf7'),
    inks('#f3e3cf', '#a83f2d', '#1f4060', '#d99a5b', '#2e1510', '#fff8ed'),
  ],
  science: [
    inks('#1a2146', '#f2b84b', '#6c8ff0', '#e56b6f', '#0b0f26', '#f4f0ff'),
    inks('#2a1e47', '#ff9b71', '#84dcc6', '#8a6fd1', '#140d26', '#f7f1ff'),
    inks('#0f3440', '#ffd275', '#53c2c8', '#e27a5c', '#071b22', '#eef9f8'),
  ],
  world: [
    inks('#f1d6b8', '#31496b', '#c4502f', '#7c8fae', '#18253a', '#fff6e8'),
    inks('#c9dbe3', '#3b5166', '#e58b4a', '#8aa3b5', '#182633', '#f8fcfd'),
    inks('#2d3350', '#7d86b2', '#f2b263', '#4d5583', '#171b2e', '#f3efe4'),
  ],
  culture: [
    inks('#f0c9b0', '#8e2f3f', '#2f5061', '#e4a84f', '#3a121a', '#fff5ea'),
    inks('#e3dff0', '#5a4a9c', '#e2725b', '#a79bd0', '#241d4a', '#fbfaff'),
  ],
  breakfast: [
    inks('#f9dfa8', '#e87b35', '#f6b02c', '#c2543a', '#4a2412', '#fffaf0'),
    inks('#cfe4e4', '#e58a3c', '#f4b942', '#4f8a8b', '#17373a', '#fffdf6'),
  ],
  soup: [
    inks('#e8c39e', '#b23a2a', '#35594a', '#f0a34a', '#3a150e', '#fff3e0'),
    inks('#d4ddcb', '#556b2f', '#d9803f', '#c3a95b', '#26301a', '#fbfbf0'),
  ],
  dessert: [
    inks('#f9d8d6', '#b23a58', '#7a4b3a', '#f4b6a6', '#3f1724', '#fff8f4'),
    inks('#e6dcf2', '#6d4c9f', '#f2a65a', '#b89fd8', '#2a1b45', '#fdfaff'),
  ],
  baking: [
    inks('#f2dcb8', '#b5702e', '#8a4b24', '#e0a85c', '#3f210f', '#fff7e6'),
    inks('#dde3ea', '#c07a35', '#7a4626', '#e2b06a', '#2f2017', '#fdfbf6'),
  ],
  cuisine: [
    inks('#c8402f', '#f4d58d', '#2f5d45', '#f2a541', '#4a0f0b', '#fff3dc'),
    inks('#2f6b4f', '#f6efd9', '#d8412f', '#f0b94d', '#0f2e20', '#fbf7e8'),
    inks('#e2a12b', '#8c2f1b', '#3f6b3a', '#f6d98a', '#46200a', '#fff7e0'),
    inks('#1f6f78', '#f2c14e', '#e4572e', '#86c5b8', '#0b3136', '#f7f6e6'),
    inks('#27395c', '#f2e6d0', '#d1495b', '#8fb0d0', '#121c31', '#faf5ea'),
    inks('#e8d3b0', '#a2502b', '#556b3a', '#d99a3d', '#3b1d0f', '#fff8ea'),
    inks('#7a2e4a', '#f3c9a5', '#7aa35a', '#e27d60', '#37101f', '#fdf0e6'),
    inks('#5f7a3d', '#f5e9c8', '#c8452f', '#e6b422', '#26331a', '#fbf9e9'),
  ],
} satisfies Record<string, [Inks, ...Inks[]]>;

/** The name of a palette. */
export type Palette = keyof typeof palettes;
